using ILGPU;
using ILGPU.Runtime;
using ManSharp.Tensors.Gpu.Tiles;
using ManSharp.Tensors.Kernels;
using Values = ILGPU.ArrayView<float>;

namespace ManSharp.Tensors.Gpu;

/// <remarks>
/// Products and convolutions are one kernel text for each tile, generic over how the operands lie. Where the tiles of a
/// product are too few to fill a device, the sums are split among groups, each into a product of its own in scratch memory,
/// and a second kernel adds those in order.
/// </remarks>
internal sealed partial class GpuKernels
{
    public int GemmScratch(GemmGeometry geometry) => GemmScratch(style, geometry);

    /// <summary>The scratch memory of a product; the dry device asks for the same.</summary>
    internal static int GemmScratch(GpuStyle style, GemmGeometry geometry) =>
        ProductPlan.For(style, ProductSizes.Of(geometry)).Scratch;

    public void Gemm(Tensor c, Tensor scratch, Tensor a, Tensor b, Tensor bias, GemmGeometry geometry, Write write)
    {
        Calls++;
        Flops += geometry.Flops;
        var four = new Fours(
            (geometry.TransposeA ? geometry.M : geometry.K) % 4 == 0,
            (geometry.TransposeB ? geometry.K : geometry.N) % 4 == 0,
            geometry.N % 4 == 0);
        var sizes = ProductSizes.Of(geometry);
        if (geometry.TransposeA && geometry.TransposeB)
            Product<RowsTransposed, ColumnsTransposed>(c, scratch, a, b, bias, sizes, write, four);
        else if (geometry.TransposeA)
            Product<RowsTransposed, Columns>(c, scratch, a, b, bias, sizes, write, four);
        else if (geometry.TransposeB)
            Product<Rows, ColumnsTransposed>(c, scratch, a, b, bias, sizes, write, four);
        else
            Product<Rows, Columns>(c, scratch, a, b, bias, sizes, write, four);
    }

    /// <summary>Which operands have lengths that allow four values at a time.</summary>
    private readonly record struct Fours(bool A, bool B, bool C);

    /// <summary>One product by tiles. Whether operands are aligned for four values at a time is looked at here.</summary>
    private void Product<TRow, TColumn>(
        Tensor c, Tensor scratch, Tensor a, Tensor b, Tensor bias, ProductSizes sizes, Write write, Fours four)
        where TRow : struct, IRowOperand where TColumn : struct, IColumnOperand
    {
        var plan = ProductPlan.For(style, sizes);
        bool splits = plan.Splits > 1;
        Tensor target = splits ? scratch : c;
        sizes.SplitLength = plan.SplitLength;
        sizes.TilesN = new FastDivision(plan.TilesN);
        sizes.Add = splits ? 0 : Adds(write);
        sizes.HasBias = splits ? 0 : Present(bias);
        four = new Fours(four.A && a.IsAligned(), four.B && b.IsAligned(), four.C && target.IsAligned());
        var launch = TileLauncher<TRow, TColumn>(plan.Tile, four);
        KernelConfig groups = Groups(plan.TilesM, plan.TilesN * sizes.Groups, plan.Splits, ProductPlan.ThreadsOf(plan.Tile));
        launch(stream, groups, target.View(), a.View(), b.View(), Optional(bias), sizes);
        if (!splits)
            return;
        sizes.Add = Adds(write);
        sizes.HasBias = Present(bias);
        var add = SplitsLauncher<TRow>();
        KernelConfig values = Flat(sizes.M * sizes.N * sizes.Groups);
        add(stream, values, c.View(), scratch.View(), Optional(bias), sizes, plan.Splits);
    }

    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, ProductSizes, int> SplitsLauncher<TRow>()
        where TRow : struct, IRowOperand
    {
        if (!splitAdders.TryGetValue(typeof(TRow), out Delegate? launcher))
        {
            launcher = loader.Load<
                Action<AcceleratorStream, KernelConfig, Values, Values, Values, ProductSizes, int>>(
                    AddSplitsKernel<TRow>);
            splitAdders.Add(typeof(TRow), launcher);
        }
        return (Action<AcceleratorStream, KernelConfig, Values, Values, Values, ProductSizes, int>)launcher;
    }

    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, Values,
        ProductSizes> TileLauncher<TRow, TColumn>(Tile tile, Fours four)
        where TRow : struct, IRowOperand where TColumn : struct, IColumnOperand
    {
        (Tile, Type, Fours) key = (tile, typeof(TileOf<TRow, TColumn>), four);
        if (!tiles.TryGetValue(key, out Delegate? launcher))
        {
            launcher = loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values,
                Values, Values, ProductSizes>>(
                    TileKernels.Of<TRow, TColumn>(tile, four.A, four.B, four.C), ProductPlan.ThreadsOf(tile));
            tiles.Add(key, launcher);
        }
        return (Action<AcceleratorStream, KernelConfig, Values, Values, Values,
            Values, ProductSizes>)launcher;
    }

    private readonly Dictionary<(Tile, Type, Fours), Delegate> tiles = [];
    private readonly Dictionary<Type, Delegate> splitAdders = [];

    private readonly struct TileOf<TRow, TColumn>;

    private static void AddSplitsKernel<TRow>(
        Values c, Values products, Values bias, ProductSizes sizes, int splits)
        where TRow : struct, IRowOperand
    {
        int i = FlatIndex;
        int columns = sizes.N * sizes.Groups, length = sizes.M * columns;
        if (!IsInside(i, length))
            return;
        float sum = 0;
        for (int split = 0; split < splits; split++)
            sum += products[split * length + i];
        int m = i / columns, n = i - m * columns;
        if (sizes.HasBias != 0)
            sum += bias[n];
        Put(c, TRow.Target(sizes, m) * columns + n, sum, sizes.Add);
    }
}
