namespace ManSharp.Datasets;

/// <summary>
/// limit = clamp(64 * file length, 64 MiB, 1 GiB): the memory that decoding one file may take. Both guards estimate
/// what the decoder will allocate from the header alone and ask here before a single pixel is touched.
/// </summary>
internal static class ImageBudget
{
    private const long LeastBytes = 64L << 20;
    private const long MostBytes = 1L << 30;
    private const long BytesPerEncodedByte = 64;

    // Decoder tables, the stream and the result object, whatever the size of the picture.
    private const long FixedBytes = 1L << 20;

    public static void Demand(long decodingBytes, long fileBytes, ImageSize size, string name)
    {
        long limit = Math.Clamp(fileBytes * BytesPerEncodedByte, LeastBytes, MostBytes);
        long needed = decodingBytes + fileBytes + FixedBytes;
        if (needed > limit)
        {
            throw new DatasetException(
                name, $"an image that decodes within {limit >> 20} MiB, the limit for a file of {fileBytes} bytes",
                $"{size} pixels, which take {needed >> 20} MiB", "Scale the image down, or remove it");
        }
    }
}
