namespace ManSharp.Datasets;

/// <summary>A set whose decoded images lie in memory, one after the other.</summary>
internal sealed class MemoryImageSet(ImageSize size, IReadOnlyList<string> classNames, int[] labels, byte[] pixels)
    : ImageSet(size, classNames, labels)
{
    protected override void ReadCore(int index, Span<byte> rgb) =>
        pixels.AsSpan(index * ImageBytes, ImageBytes).CopyTo(rgb);
}
