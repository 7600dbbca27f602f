using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Gpu.Tiles;

/// <summary>Whether operands are loaded four values at a time; a type argument, so that it costs nothing.</summary>
internal interface IWidth
{
    /// <summary>Four at a time: lengths are multiples of four and the memory is aligned to 16 bytes.</summary>
    static abstract bool IsFour { get; }
}

/// <summary>One value at a time: any length, any alignment.</summary>
internal readonly struct One : IWidth
{
    public static bool IsFour => false;
}

/// <summary>Four values at a time.</summary>
internal readonly struct Four : IWidth
{
    public static bool IsFour => true;
}

/// <summary>
/// What a thread knows of the row of a that it loads: where its image, or its row, begins in memory, with the channels of
/// its group; and the corner of its patch.
/// </summary>
internal readonly struct RowPlace(int start, int top, int left)
{
    internal readonly int Start = start, Top = top, Left = left;
}

/// <summary>The first operand of a product, a[m, k].</summary>
internal interface IRowOperand
{
    /// <summary>Whether neighbours in memory are neighbours along the sums (k); else along the rows (m).</summary>
    static abstract bool AlongSums { get; }

    /// <summary>What all values of row m have in common.</summary>
    static abstract RowPlace Place(ProductSizes sizes, int group, int m);

    /// <summary>Where a[m, k] lies; negative where it is zero.</summary>
    static abstract int IndexOf(ProductSizes sizes, RowPlace place, int m, int k);

    /// <summary>The row of c that row m of the product is.</summary>
    static abstract int Target(ProductSizes sizes, int m);
}

/// <summary>The second operand of a product, b[k, n].</summary>
internal interface IColumnOperand
{
    /// <summary>Whether neighbours in memory are neighbours along the sums (k); else along the columns (n).</summary>
    static abstract bool AlongSums { get; }

    /// <summary>Where b[k, n] lies.</summary>
    static abstract int IndexOf(ProductSizes sizes, int group, int k, int n);
}

/// <summary>A matrix [M, K].</summary>
internal readonly struct Rows : IRowOperand
{
    public static bool AlongSums => true;

    public static RowPlace Place(ProductSizes sizes, int group, int m) => new(m * sizes.K, 0, 0);

    public static int IndexOf(ProductSizes sizes, RowPlace place, int m, int k) => place.Start + k;

    public static int Target(ProductSizes sizes, int m) => m;
}

/// <summary>A matrix stored as [K, M].</summary>
internal readonly struct RowsTransposed : IRowOperand
{
    public static bool AlongSums => false;

    public static RowPlace Place(ProductSizes sizes, int group, int m) => new(m, 0, 0);

    public static int IndexOf(ProductSizes sizes, RowPlace place, int m, int k) => k * sizes.M + place.Start;

    public static int Target(ProductSizes sizes, int m) => m;
}

/// <summary>The patches of x that output pixels see: row m = (n, p, q), place k = (r, s, c).</summary>
internal readonly struct Patches : IRowOperand
{
    public static bool AlongSums => true;

    public static RowPlace Place(ProductSizes sizes, int group, int m)
    {
        int n = sizes.Pixels.Divide(m);
        int pixel = sizes.Pixels.Rest(m, n);
        int p = sizes.Width.Divide(pixel);
        int q = sizes.Width.Rest(pixel, p);
        return new RowPlace(
            n * sizes.ImageHeight * sizes.ImageWidth * sizes.ImageChannels + group * sizes.Channels.Divisor,
            p * sizes.Stride - sizes.PaddingTop, q * sizes.Stride - sizes.PaddingLeft);
    }

    public static int IndexOf(ProductSizes sizes, RowPlace place, int m, int k)
    {
        int tap = sizes.Channels.Divide(k);
        int c = sizes.Channels.Rest(k, tap);
        int r = sizes.KernelWidth.Divide(tap);
        int s = sizes.KernelWidth.Rest(tap, r);
        int h = place.Top + r, w = place.Left + s;
        bool inside = (uint)h < (uint)sizes.ImageHeight & (uint)w < (uint)sizes.ImageWidth;
        return inside ? place.Start + (h * sizes.ImageWidth + w) * sizes.ImageChannels + c : -1;
    }

    public static int Target(ProductSizes sizes, int m) => m;
}

/// <summary>
/// The gradients of the outputs that read an input pixel, for the input pixels of one <see cref="StridePhase"/>: row m =
/// (n, i, j) is pixel (i stride + a, j stride + b), place k = (u, v, output channel) is a tap of the phase.
/// </summary>
internal readonly struct ReaderGradients : IRowOperand
{
    public static bool AlongSums => true;

    public static RowPlace Place(ProductSizes sizes, int group, int m)
    {
        int n = sizes.Pixels.Divide(m);
        int pixel = sizes.Pixels.Rest(m, n);
        int i = sizes.Width.Divide(pixel);
        int j = sizes.Width.Rest(pixel, i);
        return new RowPlace(
            n * sizes.ImageHeight * sizes.ImageWidth * sizes.ImageChannels + group * sizes.Channels.Divisor,
            i + sizes.PaddingTop, j + sizes.PaddingLeft);
    }

    public static int IndexOf(ProductSizes sizes, RowPlace place, int m, int k)
    {
        int tap = sizes.Channels.Divide(k);
        int channel = sizes.Channels.Rest(k, tap);
        int u = sizes.KernelWidth.Divide(tap);
        int v = sizes.KernelWidth.Rest(tap, u);
        int p = place.Top - u, q = place.Left - v;
        bool reads = (uint)p < (uint)sizes.ImageHeight & (uint)q < (uint)sizes.ImageWidth;
        return reads ? place.Start + (p * sizes.ImageWidth + q) * sizes.ImageChannels + channel : -1;
    }

    public static int Target(ProductSizes sizes, int m)
    {
        int n = sizes.Pixels.Divide(m);
        int pixel = sizes.Pixels.Rest(m, n);
        int i = sizes.Width.Divide(pixel);
        int j = sizes.Width.Rest(pixel, i);
        return sizes.TargetStart + n * sizes.TargetImage + i * sizes.TargetRow + j * sizes.Stride;
    }
}

/// <summary>The values of x that a weight is multiplied by: row m = (r, s, c), place k = (n, p, q).</summary>
internal readonly struct PatchesTransposed : IRowOperand
{
    public static bool AlongSums => false;

    public static RowPlace Place(ProductSizes sizes, int group, int m)
    {
        int tap = sizes.Channels.Divide(m);
        int c = sizes.Channels.Rest(m, tap);
        int r = sizes.KernelWidth.Divide(tap);
        int s = sizes.KernelWidth.Rest(tap, r);
        return new RowPlace(group * sizes.Channels.Divisor + c, r - sizes.PaddingTop, s - sizes.PaddingLeft);
    }

    public static int IndexOf(ProductSizes sizes, RowPlace place, int m, int k)
    {
        int n = sizes.Pixels.Divide(k);
        int pixel = sizes.Pixels.Rest(k, n);
        int p = sizes.Width.Divide(pixel);
        int q = sizes.Width.Rest(pixel, p);
        int h = p * sizes.Stride + place.Top, w = q * sizes.Stride + place.Left;
        bool inside = (uint)h < (uint)sizes.ImageHeight & (uint)w < (uint)sizes.ImageWidth;
        int at = ((n * sizes.ImageHeight + h) * sizes.ImageWidth + w) * sizes.ImageChannels + place.Start;
        return inside ? at : -1;
    }

    public static int Target(ProductSizes sizes, int m) => m;
}

/// <summary>
/// A matrix [K, N], or the group's columns of one: also a convolution's weights [R, S, C / G, K], and its output gradient
/// [N, P, Q, K].
/// </summary>
internal readonly struct Columns : IColumnOperand
{
    public static bool AlongSums => false;

    public static int IndexOf(ProductSizes sizes, int group, int k, int n) => (k * sizes.Groups + group) * sizes.N + n;
}

/// <summary>A matrix stored as [N, K].</summary>
internal readonly struct ColumnsTransposed : IColumnOperand
{
    public static bool AlongSums => true;

    public static int IndexOf(ProductSizes sizes, int group, int k, int n) => n * sizes.K + k;
}

/// <summary>
/// Weights [R, S, C / G, K] with the channels exchanged: place k = (u, v, output channel of the group) is a tap of a
/// <see cref="StridePhase"/>, column n an input channel of the group.
/// </summary>
internal readonly struct WeightsTransposed : IColumnOperand
{
    public static bool AlongSums => true;

    public static int IndexOf(ProductSizes sizes, int group, int k, int n)
    {
        int tap = sizes.Channels.Divide(k);
        int channel = sizes.Channels.Rest(k, tap);
        int u = sizes.KernelWidth.Divide(tap);
        int v = sizes.KernelWidth.Rest(tap, u);
        int place = sizes.TapStart + u * sizes.TapRow + v * sizes.Stride;
        return (place * sizes.N + n) * sizes.ImageChannels + group * sizes.Channels.Divisor + channel;
    }
}
