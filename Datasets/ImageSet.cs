namespace ManSharp.Datasets;

/// <summary>
/// One split of labelled RGB images of one size. **Shapes**: every image is [H, W, 3] bytes, channels innermost.
/// Every member may be called from several threads at once.
/// </summary>
public abstract class ImageSet : IDisposable
{
    /// <summary>The number of channels of every image: red, green, blue.</summary>
    public const int Channels = 3;

    private readonly int[] _labels;

    /// <summary>Describes a set; the number of labels is the number of images.</summary>
    protected ImageSet(ImageSize size, IReadOnlyList<string> classNames, int[] labels)
    {
        ArgumentNullException.ThrowIfNull(classNames);
        ArgumentNullException.ThrowIfNull(labels);
        Height = size.Height;
        Width = size.Width;
        ClassNames = classNames;
        _labels = labels;
    }

    /// <summary>The number of images.</summary>
    public int Count => _labels.Length;

    /// <summary>The height of every image in pixels.</summary>
    public int Height { get; }

    /// <summary>The width of every image in pixels.</summary>
    public int Width { get; }

    /// <summary>Height * Width * 3: the length of one image in bytes.</summary>
    public int ImageBytes => Height * Width * Channels;

    /// <summary>The names of the classes; a label is an index into them.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The class of an image, in [0, ClassNames.Count).</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public int Label(int index)
    {
        CheckIndex(index);
        return _labels[index];
    }

    /// <summary>Writes the pixels of an image, [H, W, 3], 0..255.</summary>
    /// <param name="index">The image, in [0, Count).</param>
    /// <param name="rgb">Receives <see cref="ImageBytes"/> bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="DatasetException">The image is decoded on demand and turns out to be unreadable.</exception>
    public void Read(int index, Span<byte> rgb)
    {
        CheckIndex(index);
        if (rgb.Length != ImageBytes)
        {
            throw new ArgumentException(
                $"Read: the destination must hold one image. Got {rgb.Length} bytes, image [H={Height}, W={Width}, " +
                $"C={Channels}]. Pass a span of {ImageBytes} bytes.", nameof(rgb));
        }

        ReadCore(index, rgb);
    }

    /// <summary>Releases what the set holds.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes the pixels of an image; index and length are checked.</summary>
    protected abstract void ReadCore(int index, Span<byte> rgb);

    /// <summary>Releases what the set holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    private void CheckIndex(int index)
    {
        if ((uint)index >= (uint)Count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(index), $"ImageSet: the index must be in [0, {Count}). Got {index}. Use an index below Count.");
        }
    }
}
