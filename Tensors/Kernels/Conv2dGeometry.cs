namespace ManSharp.Tensors.Kernels;

/// <summary>
/// The sizes of a convolution y[n, p, q, k] = sum over r, s, c of x[n, p*stride + r - padding, q*stride + s - padding, c] * w[r, s, c, k],
/// checked once: N batch, H W input, C input channels, K output channels, R S kernel, P Q output. With G groups, output
/// channel k reads only the C / G input channels of its group k / (K / G), and c counts from that group's first one.
/// Serves as cache key and as kernel argument.
/// </summary>
public readonly record struct Conv2dGeometry
{
    /// <summary>Batch, input height, input width, input channels.</summary>
    public int N { get; private init; }
    /// <summary>Input height.</summary>
    public int H { get; private init; }
    /// <summary>Input width.</summary>
    public int W { get; private init; }
    /// <summary>Input channels.</summary>
    public int C { get; private init; }
    /// <summary>Output channels.</summary>
    public int K { get; private init; }
    /// <summary>Kernel height.</summary>
    public int R { get; private init; }
    /// <summary>Kernel width.</summary>
    public int S { get; private init; }
    /// <summary>Output height: (H + 2 padding - R) / stride + 1, rounded down.</summary>
    public int P { get; private init; }
    /// <summary>Output width: (W + 2 padding - S) / stride + 1, rounded down.</summary>
    public int Q { get; private init; }
    /// <summary>Rows and columns from one output pixel's window to the next one's.</summary>
    public int Stride { get; private init; }
    /// <summary>Rows and columns of zeros around the input.</summary>
    public int Padding { get; private init; }

    /// <summary>Groups of channels that do not see each other; 1 for a full convolution.</summary>
    public int Groups { get; private init; }

    /// <summary>Input channels of one group: C / G.</summary>
    public int GroupInputs => C / Groups;

    /// <summary>Output channels of one group: K / G.</summary>
    public int GroupOutputs => K / Groups;

    /// <summary>The shape of x: [N, H, W, C].</summary>
    public Shape Input => new(N, H, W, C);

    /// <summary>The shape of w: [R, S, C / G, K].</summary>
    public Shape Weight => new(R, S, GroupInputs, K);

    /// <summary>The shape of y: [N, P, Q, K].</summary>
    public Shape Output => new(N, P, Q, K);

    /// <summary>Multiplications of one pass, two operations each: 2 N P Q K R S C / G.</summary>
    public double Flops => 2.0 * N * P * Q * K * R * S * GroupInputs;

    /// <summary>Checks the shapes against each other and computes the output's size.</summary>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="w">[R, S, C / G, K].</param>
    /// <param name="stride">At least 1.</param>
    /// <param name="padding">At least 0.</param>
    /// <param name="groups">G, a divisor of C and K.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or the kernel does not fit into the padded input.</exception>
    public static Conv2dGeometry Create(Shape x, Shape w, int stride, int padding, int groups = 1)
    {
        if (x.Rank != 4 || w.Rank != 4)
            throw new ShapeException($"Conv2d: x [N, H, W, C] and w [R, S, C, K] were expected. Got x {x}, w {w}.");
        var g = new Conv2dGeometry
        {
            N = x[0], H = x[1], W = x[2], C = x[3],
            R = w[0], S = w[1], K = w[3],
            Stride = stride, Padding = padding, Groups = groups,
            P = stride > 0 ? (x[1] + 2 * padding - w[0]) / stride + 1 : 0,
            Q = stride > 0 ? (x[2] + 2 * padding - w[1]) / stride + 1 : 0,
        };
        if (groups < 1 || g.C % groups != 0 || g.K % groups != 0)
            throw new ShapeException(
                $"Conv2d: groups must divide the channels of x and of y. Got groups {groups}, C={g.C}, K={g.K}.");
        if (groups > 1 && w[2] != g.GroupInputs)
            throw new ShapeException(
                $"Conv2d: w must have the input channels of one group. Got x {x}, w {w}, groups {groups}. "
                + $"Give w C / groups = {g.GroupInputs} input channels.");
        if (groups == 1 && w[2] != g.C)
            throw new ShapeException(
                $"Conv2d: w must have as many input channels as x. Got x [N={g.N}, H={g.H}, W={g.W}, C={g.C}], "
                + $"w [R={g.R}, S={g.S}, C={w[2]}, K={g.K}]. Give w C={g.C} input channels.");
        if (stride < 1 || padding < 0)
            throw new ShapeException(
                $"Conv2d: a stride of at least 1 and a padding of at least 0 were expected. Got stride {stride}, padding {padding}.");
        if (g.H + 2 * padding < g.R || g.W + 2 * padding < g.S)
            throw new ShapeException(
                $"Conv2d: the kernel must fit into the padded input. Got H={g.H}, W={g.W}, padding {padding}, R={g.R}, S={g.S}. "
                + "Use larger images or more padding.");
        return g;
    }
}
