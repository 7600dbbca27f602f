namespace ManSharp.Datasets;

/// <summary>
/// A labelled image data set with a training and a test split: the embedded 'shapes', or a folder or tar archive of
/// class folders. Archives are read in place, never extracted. The first line to read is <see cref="Open"/>.
/// </summary>
public sealed class ImageDataset : IDisposable
{
    private readonly EntrySource? _source;

    internal ImageDataset(
        string name, ImageSet train, ImageSet test, ChannelStatistics normalization,
        IReadOnlyList<SkippedImage> skipped, EntrySource? source)
    {
        Name = name;
        Train = train;
        Test = test;
        Normalization = normalization;
        Skipped = skipped;
        _source = source;
    }

    /// <summary>The training images.</summary>
    public ImageSet Train { get; }

    /// <summary>The test images: empty only if no class has more than one image and there is no test folder.</summary>
    public ImageSet Test { get; }

    /// <summary>'shapes', or the name of the folder or archive without its path.</summary>
    public string Name { get; }

    /// <summary>Mean and deviation of the training images, in units of 0..1.</summary>
    public ChannelStatistics Normalization { get; }

    /// <summary>The images that were left out, in order; empty under <see cref="DatasetOptions.Strict"/>.</summary>
    public IReadOnlyList<SkippedImage> Skipped { get; }

    /// <summary>
    /// Opens 'shapes', a folder, or a .tar, .tar.gz or .tgz archive of [train|test|val/]CLASS/FILE with JPEG and PNG
    /// images. Without a test folder every fifth image of a class (of two to four images the last) becomes a test
    /// image; val serves as test where there is no test. Files of other kinds are ignored. A split that fits
    /// <see cref="DatasetOptions.CacheBytes"/> is decoded here; a larger one is checked here and decoded on demand.
    /// </summary>
    /// <param name="spec">The word 'shapes' or a path. A folder of that name is meant by './shapes'.</param>
    /// <param name="options">How to open it; null for the defaults.</param>
    /// <exception cref="DatasetException">The data set cannot be used; the message says why and what to do.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static ImageDataset Open(string spec, DatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(spec);
        options ??= new DatasetOptions();
        options.Validate();
        if (spec == ShapesDataset.Name)
            return ShapesDataset.Open(options);

        EntrySource source = EntrySource.Open(spec);
        try
        {
            return new FileDatasetBuilder(spec, source, options).Build();
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Releases both splits and closes the archive.</summary>
    public void Dispose()
    {
        Train.Dispose();
        Test.Dispose();
        _source?.Dispose();
    }
}
