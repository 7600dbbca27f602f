namespace ManSharp.Datasets;

/// <summary>How to open a data set. Every member has a default that suits most.</summary>
public sealed record DatasetOptions
{
    /// <summary>What 'shapes' is generated from; other data sets do not depend on it.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// The side in pixels to which images are scaled and cropped: the shorter side becomes Size (bilinear, with a wider
    /// triangle when shrinking), then the centre is cut out. Null keeps the size that the images have in common, or,
    /// where nine of ten images are squares of one size of at most 96 pixels, takes that.
    /// </summary>
    public int? Size { get; init; }

    /// <summary>Whether one unreadable image refuses the data set instead of being skipped.</summary>
    public bool Strict { get; init; }

    /// <summary>The largest number of training images; classes keep equal shares. Null takes all.</summary>
    public int? Limit { get; init; }

    /// <summary>The number of threads that read and decode while opening; the result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The number of training images of 'shapes'.</summary>
    public int ShapesTrainCount { get; init; } = 10_000;

    /// <summary>The number of test images of 'shapes'.</summary>
    public int ShapesTestCount { get; init; } = 2_000;

    /// <summary>A split whose decoded images take at most this many bytes is kept in memory.</summary>
    public long CacheBytes { get; init; } = 1L << 30;

    /// <summary>Decodes the images.</summary>
    public IImageCodec Codec { get; init; } = new StbImageCodec();

    internal void Validate()
    {
        Demand(Size is null or (>= 1 and <= 4096), nameof(Size), "must be from 1 to 4096 pixels", Size);
        Demand(Limit is null or >= 1, nameof(Limit), "must be at least 1", Limit);
        Demand(Threads is >= 1 and <= 1024, nameof(Threads), "must be from 1 to 1024", Threads);
        Demand(ShapesTrainCount is >= 10 and <= 200_000, nameof(ShapesTrainCount), "must be from 10 to 200000",
            ShapesTrainCount);
        Demand(ShapesTestCount is >= 10 and <= 200_000, nameof(ShapesTestCount), "must be from 10 to 200000",
            ShapesTestCount);
        Demand(CacheBytes is >= 0 and <= 1L << 30, nameof(CacheBytes), "must be from 0 to 1073741824", CacheBytes);
    }

    private static void Demand(bool holds, string name, string rule, long? value)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(name, $"DatasetOptions: {name} {rule}. Got {value}. Change it.");
    }
}
