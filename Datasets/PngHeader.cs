namespace ManSharp.Datasets;

/// <summary>The fields of a PNG's IHDR chunk and the byte counts that follow from them.</summary>
internal readonly record struct PngHeader(uint Width, uint Height, byte Depth, byte ColorType, byte Interlace)
{
    private const uint LargestSide = 1 << 20;

    public ImageSize Size => new((int)Height, (int)Width);

    public bool NeedsPalette => ColorType == 3;

    public bool IsValid =>
        Width is > 0 and <= LargestSide && Height is > 0 and <= LargestSide && Interlace <= 1 && ColorType switch
        {
            0 => Depth is 1 or 2 or 4 or 8 or 16,
            3 => Depth is 1 or 2 or 4 or 8,
            2 or 4 or 6 => Depth is 8 or 16,
            _ => false,
        };

    /// <summary>Bytes of the inflated data: each row of each pass is one filter byte and its packed samples.</summary>
    public long RawBytes
    {
        get
        {
            if (Interlace == 0)
                return PassBytes(Width, Height);

            // Adam7: first column, first row, column step and row step of each pass.
            ReadOnlySpan<byte> passes =
                [0, 0, 8, 8, 4, 0, 8, 8, 0, 4, 4, 8, 2, 0, 4, 4, 0, 2, 2, 4, 1, 0, 2, 2, 0, 1, 1, 2];
            long bytes = 0;
            for (; passes.Length > 0; passes = passes[4..])
                bytes += PassBytes(Steps(Width, passes[0], passes[2]), Steps(Height, passes[1], passes[3]));
            return bytes;
        }
    }

    /// <summary>
    /// Upper estimate of what a decoder holds at once: the inflated data, the unfiltered ones (twice if interlaced),
    /// expanded pixels of up to four samples before and after conversion, and the result.
    /// </summary>
    public long DecodingBytes =>
        ((2 + Interlace) * RawBytes) + ((long)Width * Height * ((4 * (Depth == 16 ? 2 : 1)) + 4 + 3));

    private int Channels => ColorType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    private long PassBytes(long width, long height) =>
        width == 0 ? 0 : height * (1 + (((width * Channels * Depth) + 7) / 8));

    private static long Steps(uint length, byte first, byte step) =>
        length <= first ? 0 : (length - first + step - 1) / step;
}
