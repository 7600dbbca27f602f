namespace ManSharp.Datasets;

/// <summary>A set that reads, decodes and scales an image each time it is asked. It does not own the source.</summary>
internal sealed class StreamedImageSet(
    ImageSize size, IReadOnlyList<string> classNames, int[] labels, int[] entries, EntrySource source,
    IImageCodec codec)
    : ImageSet(size, classNames, labels)
{
    protected override void ReadCore(int index, Span<byte> rgb)
    {
        int entry = entries[index];
        DecodedImage image = codec.Decode(source.Read(entry), source.Describe(entry));
        ImageResizer.CoverAndCrop(image, new ImageSize(Height, Width), rgb);
    }
}
