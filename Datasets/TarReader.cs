using System.Globalization;
using System.Text;

namespace ManSharp.Datasets;

/// <summary>One regular file of a tar archive; <paramref name="Offset"/> is where its content begins.</summary>
internal sealed record TarEntry(string Path, long Offset, long Length);

/// <summary>
/// Reads the headers of a tar archive in the formats v7, ustar, GNU and pax, from a stream that need not seek. An
/// archive with links, devices, absolute names or ".." in names is refused as a whole.
/// </summary>
/// <remarks>Source: POSIX.1-2017, pax, sections "ustar Interchange Format" and "pax Extended Header".</remarks>
internal sealed class TarReader(Stream stream, string archive)
{
    private const int Block = 512;
    private const long MostExtraBytes = 1 << 20;
    private const string Repack = "Make the archive again with plain files and relative names";
    private const string FetchAgain = "The archive is damaged or no tar archive: fetch or make it again";

    private readonly byte[] _header = new byte[Block];
    private long _position;
    private TarEntry? _current;

    /// <summary>The next regular file, or null at the end of the archive.</summary>
    public TarEntry? Next()
    {
        string? longPath = null;
        long? longLength = null;
        while (true)
        {
            FinishEntry();
            long start = _position;
            try
            {
                if (!ReadHeader(start))
                    return null;
            }
            catch (DatasetException e) when (start == 0)
            {
                throw new DatasetException(
                    archive, "a folder, or a .tar, .tar.gz or .tgz archive", "a file that does not begin like one",
                    "Check the path; other archives have to be converted", 0, e);
            }

            char type = (char)_header[156];
            long length = ReadNumber(124, 12, start);
            if (type is 'L' or 'K' or 'x' or 'g')
            {
                _current = new TarEntry("", _position, length);
                if (length > MostExtraBytes)
                    throw Fault($"a long header of at most {MostExtraBytes} bytes", $"{length}", FetchAgain, start);
                string text = type is 'L' or 'x' ? Encoding.UTF8.GetString(ReadContent()) : "";
                if (type == 'L')
                    longPath = text.TrimEnd('\0');
                else if (type == 'x')
                    ReadPax(text, start, ref longPath, ref longLength);
                continue;
            }

            string path = longPath ?? ReadPath();
            length = longLength ?? length;
            (longPath, longLength) = (null, null);
            CheckEntry(path, type, length, start);
            string plain = path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
            _current = new TarEntry(plain, _position, length);
            if (stream.CanSeek && length > stream.Length - _position)
                throw CutOff(path, length);
            if (type is '0' or '\0' or '7' && !path.EndsWith('/'))
                return _current;
        }
    }

    /// <summary>The content of the entry that <see cref="Next"/> returned last; at most once.</summary>
    public byte[] ReadContent()
    {
        TarEntry entry = _current!;
        var content = new MemoryStream((int)Math.Min(entry.Length, MostExtraBytes));
        var buffer = new byte[(int)Math.Min(entry.Length, 1 << 16)];
        while (content.Length < entry.Length)
        {
            int read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, entry.Length - content.Length));
            if (read == 0)
                throw CutOff(entry.Path, entry.Length);
            content.Write(buffer, 0, read);
            _position += read;
        }

        return content.Capacity == content.Length ? content.GetBuffer() : content.ToArray();
    }

    // Content that nobody read, and the zeros that fill the last block.
    private void FinishEntry()
    {
        if (_current is null)
            return;
        long next = _current.Offset + ((_current.Length + Block - 1) / Block * Block);
        if (stream.CanSeek)
        {
            _position = Math.Min(next, stream.Length);
            stream.Position = _position;
        }

        while (_position < next)
        {
            int read = stream.Read(_header, 0, (int)Math.Min(Block, next - _position));
            if (read == 0 && _position < _current.Offset + _current.Length)
                throw CutOff(_current.Path, _current.Length);
            if (read == 0)
                break;
            _position += read;
        }

        _current = null;
    }

    private bool ReadHeader(long start)
    {
        int read = stream.ReadAtLeast(_header, Block, throwOnEndOfStream: false);
        _position += read;
        if (read == 0 && start > 0)
            return false;
        if (read < Block)
            throw Fault($"a tar header of {Block} bytes", $"{read} bytes", FetchAgain, start);
        if (!_header.AsSpan().ContainsAnyExcept((byte)0))
            return false;

        // The checksum counts its own field as spaces.
        int sum = 8 * ' ';
        for (int i = 0; i < Block; i++)
            sum += i is >= 148 and < 156 ? 0 : _header[i];
        long stored = ReadNumber(148, 8, start);
        return stored == sum ? true : throw Fault($"a tar header with checksum {sum}", $"{stored}", FetchAgain, start);
    }

    private string ReadPath()
    {
        string name = ReadText(0, 100);
        bool ustar = _header.AsSpan(257, 6).SequenceEqual("ustar\0"u8);
        string prefix = ustar ? ReadText(345, 155) : "";
        return prefix.Length > 0 ? $"{prefix}/{name}" : name;
    }

    private string ReadText(int offset, int length)
    {
        ReadOnlySpan<byte> field = _header.AsSpan(offset, length);
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    // Octal digits, or, if the top bit is set, a big-endian binary number.
    private long ReadNumber(int offset, int length, long start)
    {
        ReadOnlySpan<byte> field = _header.AsSpan(offset, length);
        long value = 0;
        if ((field[0] & 0x80) != 0)
        {
            foreach (byte part in field[^8..])
                value = (value << 8) | part;
            bool fits = field[0] == 0x80 && !field[1..^8].ContainsAnyExcept((byte)0) && value >= 0;
            return fits ? value : throw Fault("a number", "one beyond 63 bits or below zero", FetchAgain, start);
        }

        foreach (byte digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
                throw Fault("an octal number", $"byte {digit:X2}", FetchAgain, start);
            value = (value << 3) | (uint)(digit - '0');
        }

        return value;
    }

    // Records of the form "length key=value\n", where the length counts the whole record.
    private void ReadPax(string text, long start, ref string? path, ref long? length)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        for (int at = 0; at < bytes.Length && bytes[at] != 0;)
        {
            int space = Array.IndexOf(bytes, (byte)' ', at);
            if (space < 0 || !int.TryParse(bytes.AsSpan(at, space - at), CultureInfo.InvariantCulture, out int size) ||
                size <= space - at + 1 || size > bytes.Length - at)
            {
                throw Fault("a pax record", "bytes that are none", FetchAgain, start);
            }

            string record = Encoding.UTF8.GetString(bytes, space + 1, at + size - space - 1).TrimEnd('\n');
            at += size;
            if (record.StartsWith("path=", StringComparison.Ordinal))
                path = record[5..];
            else if (record.StartsWith("GNU.sparse.", StringComparison.Ordinal))
                throw Fault("plain files", "a sparse file", Repack, start);
            else if (record.StartsWith("size=", StringComparison.Ordinal))
            {
                length = long.TryParse(record[5..], NumberStyles.None, CultureInfo.InvariantCulture, out long value)
                    ? value
                    : throw Fault("a pax size", record, FetchAgain, start);
            }
        }
    }

    private void CheckEntry(string path, char type, long length, long start)
    {
        string? fault = type switch
        {
            '1' => "a hard link",
            '2' => "a symbolic link",
            '3' or '4' or '6' => "a device",
            'S' => "a sparse file",
            _ => null,
        };
        if (path.StartsWith('/') || path.StartsWith('\\') || (path.Length > 1 && path[1] == ':'))
            fault = "an absolute name";
        else if (path.Split('/', '\\').Contains(".."))
            fault = "a name with '..'";
        else if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
            fault = "a name that is empty or holds a zero";
        if (fault is not null)
            throw new DatasetException($"{archive}: {path}", "plain files with relative names", fault, Repack, start);
        if (length > long.MaxValue / 4)
            throw Fault("a file that fits the archive", $"{length} bytes", FetchAgain, start);
    }

    private DatasetException CutOff(string path, long length) => new(
        $"{archive}: {path}", $"{length} bytes", "the end of the archive", "The archive is cut off: fetch it again",
        _position);

    private DatasetException Fault(string expected, string found, string remedy, long offset) =>
        new(archive, expected, found, remedy, offset);
}
