namespace ManSharp.Tensors.Kernels;

/// <summary>
/// The input pixels (i stride + a, j stride + b) of a strided convolution, for one a and b below the stride. All are read
/// through the same taps, r = r0 + u stride and s = s0 + v stride, and by the outputs (i + top - u, j + left - v): within a
/// phase the input gradient is that of a convolution with stride 1 and no product is with zero. With stride 1 there is one
/// phase, and u and v are r and s.
/// </summary>
internal readonly struct StridePhase
{
    /// <summary>Phases of a convolution: stride squared.</summary>
    internal static int CountOf(Conv2dGeometry g) => g.Stride * g.Stride;

    internal StridePhase(Conv2dGeometry g, int index)
    {
        (A, B) = (index / g.Stride, index % g.Stride);
        (Height, Width) = (Pixels(g.H, A), Pixels(g.W, B));
        (R0, S0) = ((A + g.Padding) % g.Stride, (B + g.Padding) % g.Stride);
        (TapsDown, TapsAcross) = (Pixels(g.R, R0), Pixels(g.S, S0));
        (Top, Left) = ((A + g.Padding) / g.Stride, (B + g.Padding) / g.Stride);

        // How many of first, first + stride, ... are below length.
        int Pixels(int length, int first) => first < length ? (length - first + g.Stride - 1) / g.Stride : 0;
    }

    /// <summary>The phase's first pixel.</summary>
    internal int A { get; }

    internal int B { get; }

    /// <summary>Its pixels in an image.</summary>
    internal int Height { get; }

    internal int Width { get; }

    /// <summary>Its first tap.</summary>
    internal int R0 { get; }

    internal int S0 { get; }

    /// <summary>Its taps; where there are none the gradient is zero.</summary>
    internal int TapsDown { get; }

    internal int TapsAcross { get; }

    /// <summary>The output pixel that reads pixel (0, 0) of the phase through its first tap.</summary>
    internal int Top { get; }

    internal int Left { get; }
}
