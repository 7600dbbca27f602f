using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Gpu.Tiles;

/// <summary>
/// A matrix product c[M, N] = a[M, K] b[K, N] and, where an operand is a convolution's, where its values lie:
/// the argument of every tile kernel.
/// </summary>
internal struct ProductSizes
{
    /// <summary>Rows of the product.</summary>
    internal int M;
    /// <summary>Columns of the product.</summary>
    internal int N;
    /// <summary>The length of the sums.</summary>
    internal int K;
    /// <summary>The length of the sums that one group adds; the others are the next groups' of the grid's third dimension.</summary>
    internal int SplitLength;
    /// <summary>1 where the product is added to what stands there.</summary>
    internal int Add;
    /// <summary>1 where a bias is added to every row.</summary>
    internal int HasBias;
    /// <summary>The image that a row of patches is cut from: x, or dy for the input gradient.</summary>
    internal int ImageHeight, ImageWidth, Stride, Padding;
    /// <summary>Its channels, which the places of the sums are counted in.</summary>
    internal FastDivision Channels;
    /// <summary>The kernel's width S.</summary>
    internal FastDivision KernelWidth;
    /// <summary>The pixels of the image that rows (or, for the weight gradient, places of the sums) are counted in.</summary>
    internal FastDivision Pixels;
    /// <summary>Its width.</summary>
    internal FastDivision Width;
    /// <summary>The stride, as a divisor.</summary>
    internal FastDivision StrideDivision;

    internal static ProductSizes Of(GemmGeometry g) => new()
    {
        M = g.M, N = g.N, K = g.K, Stride = 1,
        Channels = new FastDivision(1), KernelWidth = new FastDivision(1), Pixels = new FastDivision(1),
        Width = new FastDivision(1), StrideDivision = new FastDivision(1),
    };

    internal static ProductSizes Of(Conv2dGeometry g, Conv2dPass pass)
    {
        var sizes = new ProductSizes
        {
            Stride = g.Stride, Padding = g.Padding,
            KernelWidth = new FastDivision(g.S), StrideDivision = new FastDivision(g.Stride),
        };
        switch (pass)
        {
            case Conv2dPass.Forward:
                (sizes.M, sizes.N, sizes.K) = (g.N * g.P * g.Q, g.K, g.R * g.S * g.C);
                (sizes.ImageHeight, sizes.ImageWidth, sizes.Channels) = (g.H, g.W, new FastDivision(g.C));
                (sizes.Pixels, sizes.Width) = (new FastDivision(g.P * g.Q), new FastDivision(g.Q));
                break;
            case Conv2dPass.InputGradient:
                (sizes.M, sizes.N, sizes.K) = (g.N * g.H * g.W, g.C, g.R * g.S * g.K);
                (sizes.ImageHeight, sizes.ImageWidth, sizes.Channels) = (g.P, g.Q, new FastDivision(g.K));
                (sizes.Pixels, sizes.Width) = (new FastDivision(g.H * g.W), new FastDivision(g.W));
                break;
            default:
                (sizes.M, sizes.N, sizes.K) = (g.R * g.S * g.C, g.K, g.N * g.P * g.Q);
                (sizes.ImageHeight, sizes.ImageWidth, sizes.Channels) = (g.H, g.W, new FastDivision(g.C));
                (sizes.Pixels, sizes.Width) = (new FastDivision(g.P * g.Q), new FastDivision(g.Q));
                break;
        }
        return sizes;
    }
}
