namespace ManSharp.Tensors.Gpu;

/// <summary>From the number of a value in images [N, H, W, C] to its place, without a division.</summary>
internal readonly struct ImageIndex
{
    private readonly FastDivision channels, width, height;

    internal ImageIndex(Shape images)
    {
        (height, width, channels) = (new FastDivision(images[1]), new FastDivision(images[2]), new FastDivision(images[3]));
        Length = images.Length;
    }

    internal int Length { get; }

    /// <summary>H.</summary>
    internal int Rows => height.Divisor;

    /// <summary>C.</summary>
    internal int Channels => channels.Divisor;

    internal ImagePlace Of(int index)
    {
        int pixel = channels.Divide(index);
        int row = width.Divide(pixel);
        int image = height.Divide(row);
        return new ImagePlace(
            image, height.Rest(row, image), width.Rest(pixel, row), channels.Rest(index, pixel));
    }
}

/// <summary>The place of a value in images [N, H, W, C].</summary>
internal readonly struct ImagePlace(int n, int h, int w, int c)
{
    internal readonly int N = n, H = h, W = w, C = c;
}
