using ILGPU;

namespace ManSharp.Tensors.Gpu.Tiles;

/// <summary>
/// One kernel a <see cref="Tile"/>, in a generated file each: c[M, N] (+)= a[M, K] b[K, N] + bias[N], generic over how the operands lie
/// and how wide they are loaded.
/// </summary>
internal static partial class TileKernels
{
    /// <summary>The kernel of a tile; four says whether a, b and c are loaded and stored four values at a time.</summary>
    internal static Delegate Of<TRow, TColumn>(Tile tile, bool fourA, bool fourB, bool fourC)
        where TRow : struct, IRowOperand where TColumn : struct, IColumnOperand => (fourA, fourB, fourC) switch
        {
            (true, true, true) => Of<TRow, TColumn, Four, Four, Four>(tile),
            (true, true, false) => Of<TRow, TColumn, Four, Four, One>(tile),
            (true, false, true) => Of<TRow, TColumn, Four, One, Four>(tile),
            (true, false, false) => Of<TRow, TColumn, Four, One, One>(tile),
            (false, true, true) => Of<TRow, TColumn, One, Four, Four>(tile),
            (false, true, false) => Of<TRow, TColumn, One, Four, One>(tile),
            (false, false, true) => Of<TRow, TColumn, One, One, Four>(tile),
            (false, false, false) => Of<TRow, TColumn, One, One, One>(tile),
        };

    private static Action<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ProductSizes>
        Of<TRow, TColumn, TWidthA, TWidthB, TWidthC>(Tile tile)
        where TRow : struct, IRowOperand where TColumn : struct, IColumnOperand
        where TWidthA : struct, IWidth where TWidthB : struct, IWidth where TWidthC : struct, IWidth => tile switch
        {
            Tile.Small32x64 => Small32x64<TRow, TColumn, TWidthA, TWidthB, TWidthC>,
            Tile.Small64x32 => Small64x32<TRow, TColumn, TWidthA, TWidthB, TWidthC>,
            Tile.Small64x16 => Small64x16<TRow, TColumn, TWidthA, TWidthB, TWidthC>,
            Tile.Large128x128 => Large128x128<TRow, TColumn, TWidthA, TWidthB, TWidthC>,
            Tile.Large128x64 => Large128x64<TRow, TColumn, TWidthA, TWidthB, TWidthC>,
            Tile.Large128x32 => Large128x32<TRow, TColumn, TWidthA, TWidthB, TWidthC>,
            Tile.Tensor128x64 => Tensor128x64<TRow, TColumn, TWidthA, TWidthB, TWidthC>,
            _ => Large256x16<TRow, TColumn, TWidthA, TWidthB, TWidthC>,
        };
}
