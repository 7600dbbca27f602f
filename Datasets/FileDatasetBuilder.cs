namespace ManSharp.Datasets;

/// <summary>Makes a data set from the files of a source: sort, check every file, settle the size, decode.</summary>
internal sealed class FileDatasetBuilder(string spec, EntrySource source, DatasetOptions options)
{
    // Images of mixed size are scaled without being asked only where almost all are small squares of one size.
    private const int LargestNaturalSide = 96;
    private const double NaturalShare = 0.9;

    private readonly List<SkippedImage> _skipped = [];
    private ClassFolders _folders = null!;
    private ImageSize _size;

    public ImageDataset Build()
    {
        _folders = ClassFolders.Find(source, spec);
        _skipped.AddRange(_folders.Strays);
        if (options.Strict && _skipped.Count > 0)
        {
            throw new DatasetException(
                _skipped[0].File, "an image in a class folder", $"one {_skipped[0].Reason}",
                "Move or remove it, or do without --strict");
        }

        List<LabelledEntry> train = ClassFolders.Take(_folders.Train, options.Limit ?? int.MaxValue);
        var images = train.Concat(_folders.Test).ToArray();
        var sizes = new ImageSize[images.Length];
        var faults = new DatasetException?[images.Length];
        Each(images, faults, (i, entry) =>
            sizes[i] = options.Codec.Measure(source.Read(entry), source.Describe(entry)));
        _size = ChooseSize(sizes.Where((_, i) => faults[i] is null).ToArray());

        ImageSet trainSet = MakeSet(images.AsSpan(0, train.Count), faults.AsSpan(0, train.Count));
        ImageSet testSet = MakeSet(images.AsSpan(train.Count), faults.AsSpan(train.Count));
        if (trainSet.Count == 0)
            throw AllUnreadable();

        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(spec)));
        ChannelStatistics normalization = ChannelStatistics.Measure(trainSet, options.Threads);

        // When everything is decoded, nobody reads the files again.
        bool decoded = trainSet is MemoryImageSet && testSet is MemoryImageSet;
        if (decoded)
            source.Dispose();
        return new ImageDataset(name, trainSet, testSet, normalization, _skipped, decoded ? null : source);
    }

    private ImageSet MakeSet(ReadOnlySpan<LabelledEntry> images, ReadOnlySpan<DatasetException?> faults)
    {
        LabelledEntry[] wanted = images.ToArray();
        DatasetException?[] wantedFaults = faults.ToArray();
        int imageBytes = _size.Height * _size.Width * ImageSet.Channels;
        bool cached = (long)imageBytes * wanted.Length <= options.CacheBytes;
        byte[] pixels = cached ? new byte[imageBytes * wanted.Length] : [];
        if (cached)
        {
            Each(wanted, wantedFaults, (i, entry) =>
            {
                DecodedImage image = options.Codec.Decode(source.Read(entry), source.Describe(entry));
                ImageResizer.CoverAndCrop(image, _size, pixels.AsSpan(i * imageBytes, imageBytes));
            });
        }

        int count = 0;
        for (int i = 0; i < wanted.Length; i++)
        {
            if (wantedFaults[i] is { } fault)
            {
                _skipped.Add(new SkippedImage(source.Describe(wanted[i].Entry), fault.Message));
                continue;
            }

            // The gaps that skipped images leave are closed.
            if (cached && count != i)
                pixels.AsSpan(i * imageBytes, imageBytes).CopyTo(pixels.AsSpan(count * imageBytes));
            wanted[count++] = wanted[i];
        }

        int[] labels = Array.ConvertAll(wanted[..count], image => image.Label);
        int[] entries = Array.ConvertAll(wanted[..count], image => image.Entry);
        return cached
            ? new MemoryImageSet(_size, _folders.ClassNames, labels, pixels)
            : new StreamedImageSet(_size, _folders.ClassNames, labels, entries, source, options.Codec);
    }

    // Runs the body for every image without a fault yet; notes its fault, or lets it out if strict.
    private void Each(LabelledEntry[] images, DatasetException?[] faults, Action<int, int> body) =>
        OrderedParallel.For(images.Length, options.Threads, i =>
        {
            if (faults[i] is not null)
                return;
            try
            {
                body(i, images[i].Entry);
            }
            catch (DatasetException fault) when (!options.Strict)
            {
                faults[i] = fault;
            }
            catch (DatasetException fault)
            {
                throw new DatasetException(
                    fault.File, fault.Expected, fault.Found,
                    $"{fault.Remedy.TrimEnd('.')}, or do without --strict to skip it", fault.Offset, fault);
            }
        });

    private ImageSize ChooseSize(ImageSize[] sizes)
    {
        if (options.Size is { } side)
            return new ImageSize(side, side);
        if (sizes.Length == 0)
            return new ImageSize(1, 1);

        var bySize = sizes.CountBy(size => size)
            .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key.Width).ThenBy(pair => pair.Key.Height)
            .ToArray();
        (ImageSize common, int count) = bySize[0];
        bool natural = common.Height == common.Width && common.Width <= LargestNaturalSide &&
            count >= NaturalShare * sizes.Length;
        if (bySize.Length == 1 || natural)
            return common;
        throw new DatasetException(
            spec, "images of one size", $"{bySize.Length} sizes, such as {common} and {bySize[1].Key}",
            "Give the side to which images are scaled and cropped, such as --size 64");
    }

    private DatasetException AllUnreadable() => new(
        spec, "readable training images", $"{_skipped.Count} unreadable ones, the first: {_skipped[0].Reason}",
        "Replace the images");
}
