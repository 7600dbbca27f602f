namespace ManSharp.Datasets;

/// <summary>The files below a folder.</summary>
internal sealed class FolderSource : EntrySource
{
    // train/class/group/file is four; the bound also ends cycles of linked folders.
    private const int DeepestFolder = 6;

    private readonly string[] _files;
    private readonly string[] _paths;

    public FolderSource(string folder)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            MaxRecursionDepth = DeepestFolder,
            IgnoreInaccessible = false,
            AttributesToSkip = FileAttributes.None,
        };
        try
        {
            _files = Directory.GetFiles(folder, "*", options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(
                folder, "a readable folder", $"\"{e.Message}\"", "Check its permissions", inner: e);
        }

        _paths = Array.ConvertAll(
            _files, file => Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/'));
    }

    public override IReadOnlyList<string> Paths => _paths;

    public override string Describe(int entry) => _files[entry];

    public override ReadOnlyMemory<byte> Read(int entry)
    {
        try
        {
            CheckLength(new FileInfo(_files[entry]).Length, entry);
            return File.ReadAllBytes(_files[entry]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(
                _files[entry], "a readable file", $"\"{e.Message}\"", "Check its permissions", inner: e);
        }
    }
}
