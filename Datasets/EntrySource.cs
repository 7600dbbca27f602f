namespace ManSharp.Datasets;

/// <summary>The files of a folder or an archive, read at random. Reading is safe from several threads.</summary>
internal abstract class EntrySource : IDisposable
{
    // Reading one entry as an image: no photograph is larger, and one array can hold it.
    private const long MostImageBytes = 256L << 20;

    /// <summary>Paths relative to the top, with '/' between the parts, in no particular order.</summary>
    public abstract IReadOnlyList<string> Paths { get; }

    public static EntrySource Open(string path)
    {
        if (Directory.Exists(path))
            return new FolderSource(path);
        if (!File.Exists(path))
        {
            throw new DatasetException(
                path, "a folder or a .tar, .tar.gz or .tgz archive of class folders, or the word 'shapes'",
                "a path that does not exist", "Check the path");
        }

        try
        {
            return TarGzSource.IsGzip(path)
                ? new TarGzSource(path, TarGzSource.DefaultLimitBytes)
                : new TarSource(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(path, "a readable archive", $"\"{e.Message}\"", "Check the file", inner: e);
        }
    }

    /// <summary>How errors name an entry.</summary>
    public abstract string Describe(int entry);

    /// <summary>The bytes of an entry. They belong to the source and are not to be written.</summary>
    public abstract ReadOnlyMemory<byte> Read(int entry);

    public virtual void Dispose()
    {
    }

    protected int CheckLength(long length, int entry) => length <= MostImageBytes
        ? (int)length
        : throw new DatasetException(
            Describe(entry), $"an image file of at most {MostImageBytes >> 20} MiB", $"{length} bytes",
            "Remove the file");
}
