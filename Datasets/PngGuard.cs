using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace ManSharp.Datasets;

/// <summary>
/// Walks the chunks of a PNG file before a decoder sees it: order, lengths and checksums of the critical chunks, a sane
/// header, and, on demand, that the compressed data inflate to exactly the bytes that the header announces.
/// </summary>
/// <remarks>Source: PNG specification, third edition, sections 5 (datastream) and 11.2 (critical chunks).</remarks>
internal static class PngGuard
{
    private const int ChunkOverhead = 12;
    private const string Damaged = "The file is damaged or no PNG: replace or remove it";

    private static readonly uint[] CrcTable = MakeCrcTable();

    private static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    public static bool HasSignature(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    public static ImageSize Check(ReadOnlySpan<byte> file, string name, bool inflate)
    {
        PngHeader header = ReadHeader(file, name);
        ImageBudget.Demand(header.DecodingBytes, file.Length, header.Size, name);

        ArrayBufferWriter<byte>? data = inflate ? new(file.Length) : null;
        bool hasData = false, hasPalette = false, ended = false;
        int position = Signature.Length;
        while (!ended)
        {
            ReadOnlySpan<byte> body = ReadChunk(file, position, name, out uint type);
            switch (type)
            {
                case Chunk.Header when position != Signature.Length:
                    throw new DatasetException(name, "one IHDR chunk", "a second", Damaged, position);
                case Chunk.Palette:
                    if (hasPalette || hasData || body.Length is 0 or > 768 || body.Length % 3 != 0)
                    {
                        throw new DatasetException(
                            name, "one palette of 1 to 256 colours before the pixels", $"{body.Length} bytes", Damaged,
                            position);
                    }

                    hasPalette = true;
                    break;
                case Chunk.Data:
                    hasData = true;
                    data?.Write(body);
                    break;
                case Chunk.End:
                    ended = true;
                    break;
                case Chunk.AppleHeader:
                    throw new DatasetException(
                        name, "a standard PNG", "Apple's CgBI variant", "Convert the image with any image program",
                        position);
            }

            position += ChunkOverhead + body.Length;
        }

        if (!hasData)
            throw new DatasetException(name, "pixels (an IDAT chunk)", "none", Damaged);
        if (header.NeedsPalette && !hasPalette)
            throw new DatasetException(name, "a palette (a PLTE chunk)", "none", Damaged);
        if (data is not null)
            CheckInflatedLength(data.WrittenMemory, header.RawBytes, name);
        return header.Size;
    }

    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
            crc = CrcTable[(byte)(crc ^ value)] ^ (crc >> 8);
        return ~crc;
    }

    private static PngHeader ReadHeader(ReadOnlySpan<byte> file, string name)
    {
        ReadOnlySpan<byte> body = ReadChunk(file, Signature.Length, name, out uint type);
        if (type != Chunk.Header || body.Length != 13)
            throw new DatasetException(name, "an IHDR chunk of 13 bytes first", "another one", Damaged, 8);

        var header = new PngHeader(
            BinaryPrimitives.ReadUInt32BigEndian(body), BinaryPrimitives.ReadUInt32BigEndian(body[4..]),
            body[8], body[9], body[12]);
        if (!header.IsValid || body[10] != 0 || body[11] != 0)
        {
            throw new DatasetException(
                name, "a valid PNG header",
                $"width {header.Width}, height {header.Height}, depth {body[8]}, colour type {body[9]}, " +
                $"compression {body[10]}, filter {body[11]}, interlace {body[12]}", Damaged, 16);
        }

        return header;
    }

    private static ReadOnlySpan<byte> ReadChunk(ReadOnlySpan<byte> file, int position, string name, out uint type)
    {
        long left = file.Length - (long)position - ChunkOverhead;
        uint length = left < 0 ? 0 : BinaryPrimitives.ReadUInt32BigEndian(file[position..]);
        if (length > left)
        {
            throw new DatasetException(
                name, left < 0 ? "another chunk" : $"a chunk of {length} bytes",
                $"{file.Length - position} bytes to the end of the file", "The file is cut off: replace or remove it",
                position);
        }

        ReadOnlySpan<byte> typeAndBody = file.Slice(position + 4, 4 + (int)length);
        type = BinaryPrimitives.ReadUInt32BigEndian(typeAndBody);
        uint stored = BinaryPrimitives.ReadUInt32BigEndian(file[(position + 8 + (int)length)..]);
        uint computed = Crc(typeAndBody);
        if (stored != computed)
        {
            throw new DatasetException(
                name, $"a chunk with checksum {computed:x8}", $"{stored:x8}", Damaged, position);
        }

        return typeAndBody[4..];
    }

    private static void CheckInflatedLength(ReadOnlyMemory<byte> data, long expected, string name)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            using var inflater = new ZLibStream(new ClampedStream(data), CompressionMode.Decompress);
            long length = 0;
            for (int read = 1; read > 0 && length <= expected; length += read)
                read = inflater.Read(buffer);
            if (length != expected)
            {
                throw new DatasetException(
                    name, $"pixel data of {expected} bytes",
                    length > expected ? "more" : $"{length} bytes", Damaged);
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new DatasetException(name, "pixel data in the zlib format", "broken data", Damaged, inner: e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            table[i] = value;
        }

        return table;
    }

    private static class Chunk
    {
        public const uint Header = 0x49484452; // IHDR
        public const uint Palette = 0x504C5445; // PLTE
        public const uint Data = 0x49444154; // IDAT
        public const uint End = 0x49454E44; // IEND
        public const uint AppleHeader = 0x43674249; // CgBI
    }
}
