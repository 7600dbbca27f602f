using ILGPU;

namespace ManSharp.Tensors.Gpu.Tiles;

/// <summary>
/// One kernel a <see cref="Tile"/>, in a generated file each: c[M, N] (+)= a[M, K] b[K, N] + bias[N] with 256 threads a group,
/// generic over how the operands lie and how wide they are loaded.
/// </summary>
internal static partial class TileKernels
{
    internal static Action<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ProductSizes>
        Of<TRow, TColumn, TWidth>(Tile tile)
        where TRow : struct, IRowOperand where TColumn : struct, IColumnOperand where TWidth : struct, IWidth => tile switch
    {
        Tile.Small64x64 => Small64x64<TRow, TColumn, TWidth>,
        Tile.Small128x32 => Small128x32<TRow, TColumn, TWidth>,
        Tile.Small256x16 => Small256x16<TRow, TColumn, TWidth>,
        Tile.Large128x128 => Large128x128<TRow, TColumn, TWidth>,
        Tile.Large128x64 => Large128x64<TRow, TColumn, TWidth>,
        Tile.Large128x32 => Large128x32<TRow, TColumn, TWidth>,
        _ => Large256x16<TRow, TColumn, TWidth>,
    };
}
