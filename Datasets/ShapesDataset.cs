using ManSharp.Tensors;
namespace ManSharp.Datasets;

/// <summary>
/// The embedded data set: 32x32 colour images of ten shapes, drawn from (seed, split, index) alone. Colours, place,
/// size, rotation, texture, clutter and noise are random and say nothing about the class; only the outline does.
/// </summary>
public static class ShapesDataset
{
    /// <summary>The word that names this data set.</summary>
    public const string Name = "shapes";

    /// <summary>Height and width of every image in pixels.</summary>
    public const int Side = 32;

    private const ulong TrainStream = 1;
    private const ulong TestStream = 2;

    /// <summary>The names of the ten classes, in the order of their labels.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        ["disc", "ring", "square", "triangle", "cross", "star", "crescent", "heart", "arrow", "bars"];

    /// <summary>Draws the data set. The label of image i is i mod 10: classes are equally frequent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static ImageDataset Open(DatasetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (options.Size is { } size && size != Side)
        {
            throw new DatasetException(
                Name, $"images of {Side}x{Side}, the only size it is drawn in", $"--size {size}", "Leave the size out");
        }

        int trainCount = Math.Min(options.ShapesTrainCount, options.Limit ?? int.MaxValue);
        MemoryImageSet train = DrawSplit(options.Seed, TrainStream, trainCount, options.Threads);
        MemoryImageSet test = DrawSplit(options.Seed, TestStream, options.ShapesTestCount, options.Threads);
        return new ImageDataset(
            Name, train, test, ChannelStatistics.Measure(train, options.Threads), [], source: null);
    }

    private static MemoryImageSet DrawSplit(ulong seed, ulong stream, int count, int threads)
    {
        var labels = new int[count];
        var pixels = new byte[count * Side * Side * ImageSet.Channels];
        OrderedParallel.For(count, threads, i =>
        {
            labels[i] = i % ClassNames.Count;
            var random = new CounterRandom(seed, stream, (ulong)i);
            int length = Side * Side * ImageSet.Channels;
            ShapePainter.Paint((Shape)labels[i], ref random, pixels.AsSpan(i * length, length));
        });
        return new MemoryImageSet(new ImageSize(Side, Side), ClassNames, labels, pixels);
    }
}
