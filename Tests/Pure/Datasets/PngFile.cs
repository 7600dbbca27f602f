using System.Buffers.Binary;
using System.IO.Compression;
using ManSharp.Datasets;

namespace ManSharp.Tests.Pure.Datasets;

/// <summary>Writes PNG files for tests, good ones and, chunk by chunk, bad ones.</summary>
internal static class PngFile
{
    public static byte[] Rgb(int width, int height, ReadOnlySpan<byte> rgb) => Write(width, height, 8, 2, rgb);

    /// <summary>One colour all over.</summary>
    public static byte[] Plain(int width, int height, byte red, byte green, byte blue)
    {
        var rgb = new byte[width * height * 3];
        for (int i = 0; i < rgb.Length; i += 3)
            (rgb[i], rgb[i + 1], rgb[i + 2]) = (red, green, blue);
        return Rgb(width, height, rgb);
    }

    /// <summary>Rows of packed samples without filter.</summary>
    public static byte[] Write(
        int width, int height, byte depth, byte colorType, ReadOnlySpan<byte> rows, byte[]? palette = null)
    {
        var raw = new MemoryStream();
        int stride = rows.Length / height;
        for (int y = 0; y < height; y++)
        {
            raw.WriteByte(0);
            raw.Write(rows.Slice(y * stride, stride));
        }

        return Assemble(
            Header(width, height, depth, colorType), palette is null ? [] : Chunk("PLTE", palette),
            Chunk("IDAT", Deflate(raw.ToArray())), Chunk("IEND", []));
    }

    public static byte[] Header(int width, int height, byte depth, byte colorType, byte interlace = 0)
    {
        var body = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(body, width);
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(4), height);
        (body[8], body[9], body[12]) = (depth, colorType, interlace);
        return Chunk("IHDR", body);
    }

    public static byte[] Deflate(byte[] data)
    {
        var packed = new MemoryStream();
        using (var deflater = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            deflater.Write(data);
        return packed.ToArray();
    }

    public static byte[] Chunk(string type, byte[] body)
    {
        var chunk = new byte[12 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, body.Length);
        for (int i = 0; i < 4; i++)
            chunk[4 + i] = (byte)type[i];
        body.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(^4..), PngGuard.Crc(chunk.AsSpan(4..^4)));
        return chunk;
    }

    public static byte[] Assemble(params byte[][] chunks) =>
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. chunks.SelectMany(chunk => chunk)];

    /// <summary>Gives every chunk the checksum of its present content, as far as chunks can be found.</summary>
    public static void RepairChecksums(Span<byte> file)
    {
        for (int at = 8; at + 12 <= file.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            if (length > file.Length - at - 12)
                return;
            Span<byte> chunk = file.Slice(at + 4, 4 + (int)length);
            BinaryPrimitives.WriteUInt32BigEndian(file[(at + 8 + (int)length)..], PngGuard.Crc(chunk));
            at += 12 + (int)length;
        }
    }
}
