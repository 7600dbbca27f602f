namespace ManSharp.Tensors.Gpu.Tiles;

/// <summary>A tile kernel: the part of a product that one group of threads computes.</summary>
internal enum Tile
{
    /// <summary>32 x 64 by 64 threads, 4 x 8 a thread, loop kept.</summary>
    Small32x64,
    /// <summary>64 x 32 by 64 threads, 4 x 8 a thread, loop kept.</summary>
    Small64x32,
    /// <summary>64 x 16 by 64 threads, 4 x 4 a thread, loop kept.</summary>
    Small64x16,
    /// <summary>128 x 128 by 256 threads, as all that follow, 8 x 8 a thread, unrolled.</summary>
    Large128x128,
    /// <summary>128 x 64, 8 x 4 a thread, unrolled.</summary>
    Large128x64,
    /// <summary>128 x 32, 4 x 4 a thread, unrolled.</summary>
    Large128x32,
    /// <summary>256 x 16, 4 x 4 a thread, unrolled.</summary>
    Large256x16,
    /// <summary>128 x 64 by tensor cores: operands rounded to tf32, sums in float32.</summary>
    Tensor128x64,
}

/// <summary>How a product is cut: the tile, the splits of the sums, and the scratch memory of the splits.</summary>
internal readonly struct ProductPlan
{
    // Places of the sums that a split has at least: fewer, and adding the splits costs more than it saves.
    private const int LeastSplit = 256;

    // Every tile kernel goes through the sums in steps that divide this.
    private const int SplitUnit = 32;

    internal Tile Tile { get; private init; }

    internal int TilesM { get; private init; }

    internal int TilesN { get; private init; }

    internal int Splits { get; private init; }

    internal int SplitLength { get; private init; }

    /// <summary>Values of scratch memory: a product of all groups for each split, where there is more than one.</summary>
    internal int Scratch { get; private init; }

    internal static ProductPlan For(GpuStyle style, ProductSizes sizes) =>
        For(style, sizes.M, sizes.N, sizes.K, sizes.Groups);

    /// <summary>The height and width of a tile.</summary>
    internal static (int M, int N) SizeOf(Tile tile) => tile switch
    {
        Tile.Small32x64 => (32, 64),
        Tile.Small64x32 => (64, 32),
        Tile.Small64x16 => (64, 16),
        Tile.Large128x128 => (128, 128),
        Tile.Large128x64 or Tile.Tensor128x64 => (128, 64),
        Tile.Large128x32 => (128, 32),
        _ => (256, 16),
    };

    /// <summary>The threads of a tile's group.</summary>
    internal static int ThreadsOf(Tile tile) =>
        tile is Tile.Small32x64 or Tile.Small64x32 or Tile.Small64x16 ? 64 : GpuLoader.GroupSize;

    // The choice by device and shape. Small tiles of 64 threads on a processor (PoCL 3.1, 2 cores, products of 512): 47
    // GFLOP/s with 4 x 8 values a thread, 41 with 128 threads, 26 with 8 x 8 values a thread, 28 with 256 threads of
    // 4 x 4; written out for GPUs, 2 to 5. Large tiles elsewhere: 512 multiplications to 32 shared loads in the assembled
    // code; not timed on a GPU yet.
    private static Tile Choose(GpuStyle style, int m, int n) => (style, n) switch
    {
        (GpuStyle.Processor, <= 16) => Tile.Small64x16,
        (GpuStyle.Processor, <= 32) => Tile.Small64x32,
        (GpuStyle.Processor, _) => Tile.Small32x64,
        // Fewer than 33 columns would leave half of the tensor cores' tile empty: those products stay in float32.
        (GpuStyle.CudaTensor, > 32) => Tile.Tensor128x64,
        (_, <= 16) => Tile.Large256x16,
        (_, <= 32) => Tile.Large128x32,
        (_, <= 64) => Tile.Large128x64,
        _ when m <= 64 => Tile.Large128x64,
        _ => Tile.Large128x128,
    };

    // Groups that keep a device busy. A constant of the style, not of the device, so that results and memory are the
    // same on every device of a style.
    private static int GroupsWanted(GpuStyle style) => style == GpuStyle.Processor ? 16 : 256;

    private static ProductPlan For(GpuStyle style, int m, int n, int k, int groups)
    {
        Tile tile = Choose(style, m, n);
        (int height, int width) = SizeOf(tile);
        int tilesM = (int)(((long)m + height - 1) / height), tilesN = (n + width - 1) / width;
        long tiles = Math.Max(1, (long)tilesM * tilesN * groups);
        long splits = Math.Min((GroupsWanted(style) + tiles - 1) / tiles, Math.Max(1, k / LeastSplit));
        int length = (int)((k + splits - 1) / splits);
        length = (length + SplitUnit - 1) / SplitUnit * SplitUnit;
        // Sums of no places are zero, and one group writes that.
        int used = k == 0 ? 1 : (int)(((long)k + length - 1) / length);
        return new ProductPlan
        {
            Tile = tile, TilesM = tilesM, TilesN = tilesN, Splits = used, SplitLength = length,
            Scratch = used > 1 ? checked(used * m * n * groups) : 0,
        };
    }
}
