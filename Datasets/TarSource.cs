using Microsoft.Win32.SafeHandles;

namespace ManSharp.Datasets;

/// <summary>A plain tar archive: indexed once by seeking from header to header, then read at random.</summary>
internal sealed class TarSource : EntrySource
{
    private readonly string _archive;
    private readonly SafeFileHandle _handle;
    private readonly List<TarEntry> _entries = [];
    private readonly List<string> _paths = [];

    public TarSource(string archive)
    {
        _archive = archive;
        using (FileStream stream = File.OpenRead(archive))
        {
            var reader = new TarReader(stream, archive);
            while (reader.Next() is { } entry)
            {
                _entries.Add(entry);
                _paths.Add(entry.Path);
            }
        }

        _handle = File.OpenHandle(archive, options: FileOptions.RandomAccess);
    }

    public override IReadOnlyList<string> Paths => _paths;

    public override string Describe(int entry) => $"{_archive}: {_paths[entry]}";

    public override ReadOnlyMemory<byte> Read(int entry)
    {
        TarEntry found = _entries[entry];
        var bytes = new byte[CheckLength(found.Length, entry)];
        int done = 0;
        while (done < bytes.Length)
        {
            int read = RandomAccess.Read(_handle, bytes.AsSpan(done), found.Offset + done);
            if (read == 0)
            {
                throw new DatasetException(
                    Describe(entry), $"{found.Length} bytes", $"{done}", "The archive changed: open it again",
                    found.Offset);
            }

            done += read;
        }

        return bytes;
    }

    public override void Dispose()
    {
        _handle.Dispose();
        base.Dispose();
    }
}
