using System.IO.Compression;
using System.Text;

namespace ManSharp.Tests.Pure.Datasets;

/// <summary>Writes tar archives for tests, entry by entry, good ones and bad ones.</summary>
internal sealed class TarFile
{
    private readonly List<byte> _bytes = [];

    public TarFile Add(string name, byte[] content, char type = '0', string link = "")
    {
        var header = new byte[512];
        Put(header, 0, name);
        Put(header, 100, "0000644\0");
        Put(header, 124, Convert.ToString(content.Length, 8).PadLeft(11, '0'));
        Put(header, 136, "00000000000");
        header[156] = (byte)type;
        Put(header, 157, link);
        Put(header, 257, "ustar\0" + "00");
        Put(header, 148, "        ");
        Put(header, 148, Convert.ToString(header.Sum(value => value), 8).PadLeft(6, '0') + "\0 ");
        _bytes.AddRange(header);
        _bytes.AddRange(content);
        _bytes.AddRange(new byte[(512 - (content.Length % 512)) % 512]);
        return this;
    }

    public TarFile AddLongName(string name, byte[] content) =>
        Add("././@LongLink", Encoding.UTF8.GetBytes(name + "\0"), 'L').Add(name[..99], content);

    public TarFile AddPax(string name, byte[] content)
    {
        // The record counts its own length: two digits or three.
        string body = $" path={name}\n";
        int length = Encoding.UTF8.GetByteCount(body);
        length += length + 2 < 100 ? 2 : 3;
        return Add("pax", Encoding.UTF8.GetBytes($"{length}{body}"), 'x').Add("short", content);
    }

    public byte[] ToArray() => [.. _bytes, .. new byte[1024]];

    public byte[] ToGzip()
    {
        var packed = new MemoryStream();
        using (var deflater = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            deflater.Write(ToArray());
        return packed.ToArray();
    }

    private static void Put(byte[] header, int offset, string text) =>
        Encoding.UTF8.GetBytes(text, header.AsSpan(offset));
}
