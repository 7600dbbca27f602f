namespace ManSharp.Datasets;

/// <summary>An image file of a split: where it is and what it shows.</summary>
internal readonly record struct LabelledEntry(int Entry, int Label);

/// <summary>
/// Sorts the files of a source into classes and splits: [root/][train|test|val/]CLASS/[any/]FILE. Classes and files
/// are in ordinal order of their paths.
/// </summary>
internal sealed class ClassFolders
{
    // Without a test folder every fifth image of a class is held back; of two to four images, the last one.
    private const int HoldBack = 5;
    private const string Layout =
        "Arrange the images as CLASS/FILE.jpg, or train/CLASS/FILE.jpg and test/CLASS/FILE.jpg";

    private readonly EntrySource _source;
    private readonly string _spec;

    private ClassFolders(EntrySource source, string spec)
    {
        _source = source;
        _spec = spec;
    }

    public string[] ClassNames { get; private set; } = [];

    public List<LabelledEntry> Train { get; private set; } = [];

    public List<LabelledEntry> Test { get; private set; } = [];

    /// <summary>Images that belong to no class or split.</summary>
    public List<SkippedImage> Strays { get; } = [];

    public static ClassFolders Find(EntrySource source, string spec)
    {
        var folders = new ClassFolders(source, spec);
        folders.Sort();
        return folders;
    }

    /// <summary>The first <paramref name="limit"/> images, taken in turns from every class.</summary>
    public static List<LabelledEntry> Take(List<LabelledEntry> images, int limit)
    {
        if (images.Count <= limit)
            return images;
        return images
            .GroupBy(image => image.Label)
            .SelectMany(group => group.Select((image, turn) => (image, turn)))
            .OrderBy(pair => pair.turn).ThenBy(pair => pair.image.Label)
            .Take(limit)
            .OrderBy(pair => pair.image.Label).ThenBy(pair => pair.turn)
            .Select(pair => pair.image)
            .ToList();
    }

    private void Sort()
    {
        List<Found> images = FindImages();
        if (images.Count == 0)
        {
            throw new DatasetException(
                _spec, "JPEG or PNG images in class folders",
                _source.Paths.Count == 0
                    ? "nothing: it is empty"
                    : $"{_source.Paths.Count} files, none of them an image",
                Layout);
        }

        StripCommonRoot(images);
        bool hasSplits = images.Exists(image => SplitOf(image) is not null);
        if (hasSplits)
        {
            foreach (Found image in images.Where(image => SplitOf(image) is null))
                AddStray(image, "outside of the folders train, test and val");
            List<Found> test = Split(images, "test");
            Label(Split(images, "train"), test.Count > 0 ? test : Split(images, "val"));
        }
        else
        {
            foreach (Found image in images.Where(image => image.Parts.Length < 2))
                AddStray(image, "not in a class folder");
            Label(images.Where(image => image.Parts.Length >= 2).ToList(), []);
        }
    }

    private List<Found> FindImages()
    {
        // Of two entries with one name the later one counts, as everywhere with tar.
        var latest = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < _source.Paths.Count; i++)
        {
            if (ImagePaths.IsImage(_source.Paths[i]))
                latest[_source.Paths[i]] = i;
        }

        return latest
            .Select(pair => new Found(pair.Value, pair.Key, pair.Key.Split('/')))
            .OrderBy(image => image.Path, StringComparer.Ordinal)
            .ToList();
    }

    private static void StripCommonRoot(List<Found> images)
    {
        while (images.TrueForAll(image =>
            image.Parts.Length >= 3 && image.Parts[0] == images[0].Parts[0] && SplitOf(image) is null))
        {
            for (int i = 0; i < images.Count; i++)
                images[i] = images[i] with { Parts = images[i].Parts[1..] };
        }
    }

    // A class may be called train: only a folder of folders is a split.
    private static string? SplitOf(Found image) => image.Parts[0].ToLowerInvariant() switch
    {
        _ when image.Parts.Length < 3 => null,
        "train" => "train",
        "test" => "test",
        "val" or "valid" or "validation" => "val",
        _ => null,
    };

    private static List<Found> Split(List<Found> images, string split) =>
        images.Where(image => SplitOf(image) == split)
            .Select(image => image with { Parts = image.Parts[1..] }).ToList();

    private void Label(List<Found> train, List<Found> test)
    {
        if (train.Count == 0)
            throw new DatasetException(_spec, "training images in class folders", "none", Layout);
        ClassNames = train.Select(image => image.Parts[0]).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (ClassNames.Length < 2)
            throw new DatasetException(_spec, "at least 2 classes", $"one, '{ClassNames[0]}'", Layout);

        var labels = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string name in ClassNames)
            labels.Add(name, labels.Count);
        Found? unknown = test.FirstOrDefault(image => !labels.ContainsKey(image.Parts[0]));
        if (unknown is not null)
        {
            throw new DatasetException(
                _spec, $"the {ClassNames.Length} classes of the training images in the test images, too",
                $"the class '{unknown.Parts[0]}' ({unknown.Path}), which has no training images",
                "Add training images of this class, or remove it from the test images");
        }

        Train = Order(train, labels);
        Test = Order(test, labels);
        if (Test.Count == 0)
            HoldBackTest();
    }

    private static List<LabelledEntry> Order(List<Found> images, Dictionary<string, int> labels) =>
        images.Select(image => new LabelledEntry(image.Entry, labels[image.Parts[0]]))
            .OrderBy(image => image.Label).ToList();

    private void HoldBackTest()
    {
        var kept = new List<LabelledEntry>();
        foreach (IGrouping<int, LabelledEntry> group in Train.GroupBy(image => image.Label))
        {
            int size = group.Count();
            int period = Math.Min(size, HoldBack);
            int turn = 0;
            foreach (LabelledEntry image in group)
                (size > 1 && ++turn % period == 0 ? Test : kept).Add(image);
        }

        Train = kept;
    }

    private void AddStray(Found image, string reason) => Strays.Add(new(_source.Describe(image.Entry), reason));

    private sealed record Found(int Entry, string Path, string[] Parts);
}
