namespace ManSharp.Tensors.Kernels;

/// <summary>
/// The sizes of a pooling over windows of R x S pixels, checked once: N batch, H W input, C channels, P Q output.
/// Windows may reach into the padding; average pooling counts only pixels inside (count_include_pad = false).
/// </summary>
public readonly record struct PoolGeometry
{
    /// <summary>Batch.</summary>
    public int N { get; private init; }
    /// <summary>Input height.</summary>
    public int H { get; private init; }
    /// <summary>Input width.</summary>
    public int W { get; private init; }
    /// <summary>Channels.</summary>
    public int C { get; private init; }
    /// <summary>Window height.</summary>
    public int R { get; private init; }
    /// <summary>Window width.</summary>
    public int S { get; private init; }
    /// <summary>Output height: (H + 2 padding - R) / stride + 1, rounded down.</summary>
    public int P { get; private init; }
    /// <summary>Output width: (W + 2 padding - S) / stride + 1, rounded down.</summary>
    public int Q { get; private init; }
    /// <summary>Rows and columns from one window to the next.</summary>
    public int Stride { get; private init; }
    /// <summary>Rows and columns of padding around the input.</summary>
    public int Padding { get; private init; }

    /// <summary>The shape of x: [N, H, W, C].</summary>
    public Shape Input => new(N, H, W, C);

    /// <summary>The shape of y: [N, P, Q, C].</summary>
    public Shape Output => new(N, P, Q, C);

    /// <summary>Checks the sizes and computes the output's.</summary>
    /// <exception cref="ShapeException">The window does not fit, or the padding exceeds half of it.</exception>
    public static PoolGeometry Create(Shape x, int windowHeight, int windowWidth, int stride, int padding)
    {
        if (x.Rank != 4)
            throw new ShapeException($"Pool2d: x [N, H, W, C] was expected. Got {x}.");
        if (windowHeight < 1 || windowWidth < 1 || stride < 1 || padding < 0
            || 2 * padding > Math.Min(windowHeight, windowWidth)
            || x[1] + 2 * padding < windowHeight || x[2] + 2 * padding < windowWidth)
            throw new ShapeException(
                $"Pool2d: a window inside the padded image, a stride of at least 1 and a padding of at most half the window "
                + $"were expected. Got x {x}, window {windowHeight}x{windowWidth}, stride {stride}, padding {padding}.");
        return new PoolGeometry
        {
            N = x[0], H = x[1], W = x[2], C = x[3], R = windowHeight, S = windowWidth, Stride = stride, Padding = padding,
            P = (x[1] + 2 * padding - windowHeight) / stride + 1,
            Q = (x[2] + 2 * padding - windowWidth) / stride + 1,
        };
    }
}
