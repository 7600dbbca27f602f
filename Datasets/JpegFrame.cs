using System.Buffers.Binary;

namespace ManSharp.Datasets;

/// <summary>A JPEG frame header and the memory that follows from it.</summary>
internal readonly record struct JpegFrame(ImageSize Size, int Precision, int ComponentCount, long DecodingBytes)
{
    public static bool TryParse(ReadOnlySpan<byte> segment, bool progressive, out JpegFrame frame)
    {
        frame = default;
        if (segment.Length < 6)
            return false;
        int height = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]);
        int width = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
        int count = segment[5];
        if (height == 0 || width == 0 || count is not (1 or 3 or 4) || segment.Length != 6 + (3 * count))
            return false;

        ReadOnlySpan<byte> components = segment[6..];
        int largestH = 1, largestV = 1;
        for (int i = 0; i < count; i++)
        {
            (int h, int v) = Sampling(components, i);
            if (h is < 1 or > 4 || v is < 1 or > 4 || components[(3 * i) + 2] > 3)
                return false;
            largestH = Math.Max(largestH, h);
            largestV = Math.Max(largestV, v);
        }

        long units = (long)Cells(width, 8 * largestH) * Cells(height, 8 * largestV);
        long samples = 0;
        for (int i = 0; i < count; i++)
        {
            (int h, int v) = Sampling(components, i);
            if (largestH % h != 0 || largestV % v != 0)
                return false;
            samples += units * h * v * 64;
        }

        // One byte a sample, two more for the coefficients if progressive, and the pixels twice: decoded and copied.
        long bytes = (samples * (progressive ? 3 : 1)) + (2L * 3 * width * height);
        frame = new JpegFrame(new ImageSize(height, width), segment[0], count, bytes);
        return true;
    }

    private static (int H, int V) Sampling(ReadOnlySpan<byte> components, int index) =>
        (components[(3 * index) + 1] >> 4, components[(3 * index) + 1] & 0xF);

    private static int Cells(int length, int cell) => (length + cell - 1) / cell;
}
