namespace ManSharp.Tensors.Kernels;

/// <summary>
/// The sizes of a bilinear resize with aligned corners, checked once. Output row p reads the input at
/// p * (H - 1) / (P - 1), between its two neighbours (0 where P = 1); columns likewise.
/// </summary>
public readonly record struct ResizeGeometry
{
    /// <summary>Batch.</summary>
    public int N { get; private init; }
    /// <summary>Input height.</summary>
    public int H { get; private init; }
    /// <summary>Input width.</summary>
    public int W { get; private init; }
    /// <summary>Channels.</summary>
    public int C { get; private init; }
    /// <summary>Output height.</summary>
    public int P { get; private init; }
    /// <summary>Output width.</summary>
    public int Q { get; private init; }

    /// <summary>The shape of x: [N, H, W, C].</summary>
    public Shape Input => new(N, H, W, C);

    /// <summary>The shape of y: [N, P, Q, C].</summary>
    public Shape Output => new(N, P, Q, C);

    /// <summary>Checks the sizes.</summary>
    /// <exception cref="ShapeException">x is no batch of images, or a size is not positive.</exception>
    public static ResizeGeometry Create(Shape x, int height, int width)
    {
        if (x.Rank != 4 || height < 1 || width < 1)
            throw new ShapeException(
                $"Resize: x [N, H, W, C] and a positive size were expected. Got x {x}, height {height}, width {width}.");
        return new ResizeGeometry { N = x[0], H = x[1], W = x[2], C = x[3], P = height, Q = width };
    }
}
