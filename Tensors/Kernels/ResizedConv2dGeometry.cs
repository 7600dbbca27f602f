namespace ManSharp.Tensors.Kernels;

/// <summary>
/// The sizes of a convolution of a resized image, y = conv(resize(x, P, Q), w), stride 1, the resized image padded with
/// zeros by (R - 1) / 2: N batch, H W input, C input channels, K output channels, R S kernel (odd), P Q output.
/// </summary>
public readonly record struct ResizedConv2dGeometry
{
    /// <summary>Batch.</summary>
    public int N { get; private init; }
    /// <summary>Input height.</summary>
    public int H { get; private init; }
    /// <summary>Input width.</summary>
    public int W { get; private init; }
    /// <summary>Input channels.</summary>
    public int C { get; private init; }
    /// <summary>Output channels.</summary>
    public int K { get; private init; }
    /// <summary>Kernel height, odd.</summary>
    public int R { get; private init; }
    /// <summary>Kernel width, odd.</summary>
    public int S { get; private init; }
    /// <summary>Height of the resized image and of y.</summary>
    public int P { get; private init; }
    /// <summary>Width of the resized image and of y.</summary>
    public int Q { get; private init; }

    /// <summary>The shape of x: [N, H, W, C].</summary>
    public Shape Input => new(N, H, W, C);

    /// <summary>The shape of w: [R, S, C, K].</summary>
    public Shape Weight => new(R, S, C, K);

    /// <summary>The shape of y: [N, P, Q, K].</summary>
    public Shape Output => new(N, P, Q, K);

    /// <summary>Channels of the taps: what each tap alone makes of each input pixel, R S K.</summary>
    public int TapChannels => R * S * K;

    /// <summary>The shape of the taps: [N, H, W, R S K].</summary>
    public Shape Taps => new(N, H, W, TapChannels);

    /// <summary>Checks the shapes against each other.</summary>
    /// <exception cref="ShapeException">The shapes do not fit, the kernel is even, or a size is not positive.</exception>
    public static ResizedConv2dGeometry Create(Shape x, Shape w, int height, int width)
    {
        if (x.Rank != 4 || w.Rank != 4 || w[2] != x[3] || w[0] % 2 == 0 || w[1] % 2 == 0 || height < 1 || width < 1)
            throw new ShapeException(
                $"ResizedConv2d: x [N, H, W, C], w [R, S, C, K] with odd R and S, and a positive size were expected. "
                + $"Got x {x}, w {w}, height {height}, width {width}.");
        return new ResizedConv2dGeometry
        {
            N = x[0], H = x[1], W = x[2], C = x[3], R = w[0], S = w[1], K = w[3], P = height, Q = width,
        };
    }
}
