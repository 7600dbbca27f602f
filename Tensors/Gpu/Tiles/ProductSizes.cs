using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Gpu.Tiles;

/// <summary>
/// A matrix product c[M, N] = a[M, K] b[K, N] and, where an operand is a convolution's, where its values lie: the argument
/// of every tile kernel. A convolution in groups is a product for each, whose columns lie beside each other in b and c.
/// </summary>
internal struct ProductSizes
{
    /// <summary>Rows of the product.</summary>
    internal int M;
    /// <summary>Columns of the product, of one group.</summary>
    internal int N;
    /// <summary>The length of the sums.</summary>
    internal int K;
    /// <summary>The length of the sums that one group adds; the others are the next groups' of the grid's third dimension.</summary>
    internal int SplitLength;
    /// <summary>Groups: products of the same sizes; 1 for a matrix product.</summary>
    internal int Groups;
    /// <summary>Tiles across N; the grid's second dimension counts them within groups.</summary>
    internal FastDivision TilesN;
    /// <summary>1 where the product is added to what stands there.</summary>
    internal int Add;
    /// <summary>1 where a bias is added to every row.</summary>
    internal int HasBias;
    /// <summary>The image that a row of patches is cut from: x, or dy for the input gradient.</summary>
    internal int ImageHeight, ImageWidth, ImageChannels, Stride, PaddingTop, PaddingLeft;
    /// <summary>The input gradient's: where the rows of a phase lie in dx, and its taps in the kernel.</summary>
    internal int TargetStart, TargetImage, TargetRow, TapStart, TapRow;
    /// <summary>The image's channels of one group, which the places of the sums are counted in.</summary>
    internal FastDivision Channels;
    /// <summary>The kernel's width S, or a phase's taps across.</summary>
    internal FastDivision KernelWidth;
    /// <summary>The pixels of the image that rows (or, for the weight gradient, places of the sums) are counted in.</summary>
    internal FastDivision Pixels;
    /// <summary>Their width.</summary>
    internal FastDivision Width;

    internal static ProductSizes Of(GemmGeometry g) => new()
    {
        M = g.M, N = g.N, K = g.K, Groups = 1, Stride = 1,
        Channels = new FastDivision(1), KernelWidth = new FastDivision(1), Pixels = new FastDivision(1),
        Width = new FastDivision(1),
    };

    /// <summary>The products of a pass: one, but one for each <see cref="StridePhase"/> of an input gradient.</summary>
    internal static int CountOf(Conv2dGeometry g, Conv2dPass pass) =>
        pass == Conv2dPass.InputGradient ? StridePhase.CountOf(g) : 1;

    /// <summary>One product of a pass.</summary>
    internal static ProductSizes Of(Conv2dGeometry g, Conv2dPass pass, int index) => pass switch
    {
        Conv2dPass.Forward => OverInput(g) with { M = g.N * g.P * g.Q, K = g.R * g.S * g.GroupInputs },
        Conv2dPass.WeightGradient => OverInput(g) with { M = g.R * g.S * g.GroupInputs, K = g.N * g.P * g.Q },
        _ => OverOutput(g, new StridePhase(g, index)),
    };

    private static ProductSizes OverInput(Conv2dGeometry g) => new()
    {
        N = g.GroupOutputs, Groups = g.Groups, Stride = g.Stride, PaddingTop = g.Padding, PaddingLeft = g.Padding,
        ImageHeight = g.H, ImageWidth = g.W, ImageChannels = g.C, Channels = new FastDivision(g.GroupInputs),
        KernelWidth = new FastDivision(g.S), Pixels = new FastDivision(g.P * g.Q), Width = new FastDivision(g.Q),
    };

    private static ProductSizes OverOutput(Conv2dGeometry g, StridePhase pixels)
    {
        int count = pixels.Height * pixels.Width;
        return new ProductSizes
        {
            M = g.N * count, N = g.GroupInputs, K = pixels.TapsDown * pixels.TapsAcross * g.GroupOutputs,
            Groups = g.Groups, Stride = g.Stride, PaddingTop = pixels.Top, PaddingLeft = pixels.Left,
            ImageHeight = g.P, ImageWidth = g.Q, ImageChannels = g.K, Channels = new FastDivision(g.GroupOutputs),
            TargetStart = pixels.A * g.W + pixels.B, TargetImage = g.H * g.W, TargetRow = g.Stride * g.W,
            TapStart = pixels.R0 * g.S + pixels.S0, TapRow = g.Stride * g.S,
            KernelWidth = new FastDivision(Math.Max(1, pixels.TapsAcross)),
            Pixels = new FastDivision(Math.Max(1, count)), Width = new FastDivision(Math.Max(1, pixels.Width)),
        };
    }
}
