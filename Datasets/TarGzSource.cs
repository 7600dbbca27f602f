using System.IO.Compression;

namespace ManSharp.Datasets;

/// <summary>
/// A compressed tar archive: read once from front to back; the image files, still encoded, are kept in memory.
/// </summary>
internal sealed class TarGzSource : EntrySource
{
    public const long DefaultLimitBytes = 2L << 30;

    private readonly string _archive;
    private readonly List<string> _paths = [];
    private readonly List<byte[]> _contents = [];

    public TarGzSource(string archive, long limitBytes)
    {
        _archive = archive;
        using FileStream file = File.OpenRead(archive);
        using var inflater = new GZipStream(file, CompressionMode.Decompress);
        try
        {
            var reader = new TarReader(inflater, archive);
            while (reader.Next() is { } entry)
            {
                // Everything that is inflated counts, also what is not kept: time is bounded as well as memory.
                if (entry.Offset + entry.Length > limitBytes)
                {
                    throw new DatasetException(
                        $"{archive}: {entry.Path}",
                        $"at most {limitBytes} bytes of content, since a compressed archive is held in memory",
                        $"{entry.Offset + entry.Length} or more", "Decompress it to a .tar, which is read at random",
                        entry.Offset);
                }

                _paths.Add(entry.Path);
                _contents.Add(ImagePaths.IsImage(entry.Path) ? reader.ReadContent() : []);
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new DatasetException(
                archive, "gzip data", "broken data", "The archive is damaged: fetch it again", inner: e);
        }
    }

    public override IReadOnlyList<string> Paths => _paths;

    public static bool IsGzip(string path)
    {
        using FileStream file = File.OpenRead(path);
        return file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
    }

    public override string Describe(int entry) => $"{_archive}: {_paths[entry]}";

    public override ReadOnlyMemory<byte> Read(int entry) => _contents[entry];
}
