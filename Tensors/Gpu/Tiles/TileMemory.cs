using ILGPU;

namespace ManSharp.Tensors.Gpu.Tiles;

/// <summary>
/// How tile kernels load operands and store results. What lies outside the product, or outside the image, is zero: the
/// load reads the first value instead and throws it away, so that no thread leaves the others.
/// </summary>
internal static class TileMemory
{
    /// <summary>a[m, k .. k + 3].</summary>
    internal static F4 LoadAlongSums<TRow, TWidth>(
        ArrayView<float> a, ProductSizes sizes, RowPlace place, int m, int k, int end)
        where TRow : struct, IRowOperand where TWidth : struct, IWidth
    {
        bool row = m < sizes.M;
        if (TWidth.IsFour)
            return LoadFour(a, row & k < end ? TRow.IndexOf(sizes, place, m, k) : -1);
        return new F4(
            LoadOne(a, row & k < end ? TRow.IndexOf(sizes, place, m, k) : -1),
            LoadOne(a, row & k + 1 < end ? TRow.IndexOf(sizes, place, m, k + 1) : -1),
            LoadOne(a, row & k + 2 < end ? TRow.IndexOf(sizes, place, m, k + 2) : -1),
            LoadOne(a, row & k + 3 < end ? TRow.IndexOf(sizes, place, m, k + 3) : -1));
    }

    /// <summary>a[m .. m + 3, k].</summary>
    internal static F4 LoadAlongRows<TRow, TWidth>(
        ArrayView<float> a, ProductSizes sizes, RowPlace p0, RowPlace p1, RowPlace p2, RowPlace p3, int m, int k, int end)
        where TRow : struct, IRowOperand where TWidth : struct, IWidth
    {
        bool inside = k < end;
        if (TWidth.IsFour)
            return LoadFour(a, inside & m < sizes.M ? TRow.IndexOf(sizes, p0, m, k) : -1);
        return new F4(
            LoadOne(a, inside & m < sizes.M ? TRow.IndexOf(sizes, p0, m, k) : -1),
            LoadOne(a, inside & m + 1 < sizes.M ? TRow.IndexOf(sizes, p1, m + 1, k) : -1),
            LoadOne(a, inside & m + 2 < sizes.M ? TRow.IndexOf(sizes, p2, m + 2, k) : -1),
            LoadOne(a, inside & m + 3 < sizes.M ? TRow.IndexOf(sizes, p3, m + 3, k) : -1));
    }

    /// <summary>b[k .. k + 3, n] or b[k, n .. n + 3], whichever lies together.</summary>
    internal static F4 LoadColumns<TColumn, TWidth>(ArrayView<float> b, ProductSizes sizes, int group, int k, int n, int end)
        where TColumn : struct, IColumnOperand where TWidth : struct, IWidth
    {
        if (TWidth.IsFour)
            return LoadFour(b, k < end & n < sizes.N ? TColumn.IndexOf(sizes, group, k, n) : -1);
        int stepK = TColumn.AlongSums ? 1 : 0, stepN = TColumn.AlongSums ? 0 : 1;
        return new F4(
            LoadColumn<TColumn>(b, sizes, group, k, n, end),
            LoadColumn<TColumn>(b, sizes, group, k + stepK, n + stepN, end),
            LoadColumn<TColumn>(b, sizes, group, k + 2 * stepK, n + 2 * stepN, end),
            LoadColumn<TColumn>(b, sizes, group, k + 3 * stepK, n + 3 * stepN, end));
    }

    private static float LoadColumn<TColumn>(ArrayView<float> b, ProductSizes sizes, int group, int k, int n, int end)
        where TColumn : struct, IColumnOperand =>
        LoadOne(b, k < end & n < sizes.N ? TColumn.IndexOf(sizes, group, k, n) : -1);

    /// <summary>
    /// c[m, n .. n + 3]: set or added to, with the bias; where the sums are split, set in the split's own product.
    /// </summary>
    internal static void Store<TRow, TWidth>(
        ArrayView<float> c, ArrayView<float> bias, ProductSizes sizes, int group, int m, int n,
        float x, float y, float z, float w)
        where TRow : struct, IRowOperand where TWidth : struct, IWidth
    {
        if (m >= sizes.M)
            return;
        int at = Place<TRow>(sizes, group, m) + n;
        if (TWidth.IsFour)
        {
            if (n >= sizes.N)
                return;
            var value = new F4(x, y, z, w);
            int of = group * sizes.N + n;
            if (sizes.HasBias != 0)
                value = new F4(x + bias[of], y + bias[of + 1], z + bias[of + 2], w + bias[of + 3]);
            if (sizes.Add != 0)
            {
                F4 before = c.Cast<F4>()[at >> 2];
                value = new F4(before.X + value.X, before.Y + value.Y, before.Z + value.Z, before.W + value.W);
            }
            c.Cast<F4>()[at >> 2] = value;
            return;
        }
        StoreOne(c, bias, sizes, group, at, n, x);
        StoreOne(c, bias, sizes, group, at + 1, n + 1, y);
        StoreOne(c, bias, sizes, group, at + 2, n + 2, z);
        StoreOne(c, bias, sizes, group, at + 3, n + 3, w);
    }

    /// <summary>Where row m of a group's product begins: in c, or in the product of the split.</summary>
    internal static int Place<TRow>(ProductSizes sizes, int group, int m) where TRow : struct, IRowOperand
    {
        int row = sizes.SplitLength < sizes.K ? Grid.IdxZ * sizes.M + m : TRow.Target(sizes, m);
        return (row * sizes.Groups + group) * sizes.N;
    }

    internal static void StoreOne(
        ArrayView<float> c, ArrayView<float> bias, ProductSizes sizes, int group, int at, int n, float value)
    {
        if (n >= sizes.N)
            return;
        if (sizes.HasBias != 0)
            value += bias[group * sizes.N + n];
        if (sizes.Add != 0)
            value += c[at];
        c[at] = value;
    }

    private static float LoadOne(ArrayView<float> x, int index)
    {
        float value = x[index < 0 ? 0 : index];
        return index < 0 ? 0f : value;
    }

    private static F4 LoadFour(ArrayView<float> x, int index)
    {
        F4 value = x.Cast<F4>()[(index < 0 ? 0 : index) >> 2];
        bool outside = index < 0;
        return new F4(
            outside ? 0f : value.X, outside ? 0f : value.Y, outside ? 0f : value.Z, outside ? 0f : value.W);
    }
}
