using StbImageSharp;

namespace ManSharp.Datasets;

/// <summary>
/// JPEG and PNG through StbImageSharp, which is a careful decoder of good files and a careless one of bad files: the
/// guards refuse what would make it hang or take gigabytes, and every failure that is left becomes a
/// <see cref="DatasetException"/> that names the file.
/// </summary>
public sealed class StbImageCodec : IImageCodec
{
    /// <inheritdoc/>
    public ImageSize Measure(ReadOnlyMemory<byte> encoded, string name) => Check(encoded, name, inflate: false);

    /// <inheritdoc/>
    public DecodedImage Decode(ReadOnlyMemory<byte> encoded, string name)
    {
        ImageSize size = Check(encoded, name, inflate: true);
        ImageResult result;
        try
        {
            using var stream = new ClampedStream(encoded);
            result = ImageResult.FromStream(stream, ColorComponents.RedGreenBlue);
        }
        catch (Exception e)
        {
            // The decoder keeps its message in a static field that all threads share, so it may be another file's.
            throw new DatasetException(
                name, "an image that decodes", "pixel data that the decoder refuses",
                "The file is damaged: replace or remove it", inner: e);
        }

        if (result.Width != size.Width || result.Height != size.Height ||
            result.Data.Length != 3 * size.Width * size.Height)
        {
            throw new DatasetException(
                name, $"{size} pixels, as the header says", $"{result.Width}x{result.Height}",
                "The file is damaged: replace or remove it");
        }

        return new DecodedImage(size.Height, size.Width, result.Data);
    }

    private static ImageSize Check(ReadOnlyMemory<byte> encoded, string name, bool inflate)
    {
        ReadOnlySpan<byte> file = encoded.Span;
        if (PngGuard.HasSignature(file))
            return PngGuard.Check(file, name, inflate);
        if (JpegGuard.HasSignature(file))
            return JpegGuard.Check(file, name);
        throw new DatasetException(
            name, "a JPEG or PNG image",
            file.IsEmpty ? "an empty file" : $"a file of {file.Length} bytes that is neither",
            "Replace or remove the file", 0);
    }
}
