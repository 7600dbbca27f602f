using ManSharp.Tensors;
namespace ManSharp.Datasets;

/// <summary>
/// Random changes of a training image: a crop of the image's own size from the image with a reflected border, and a
/// horizontal mirror image.
/// </summary>
/// <param name="CropPadding">The width of the border in pixels; 0 for no crop. The border pixel itself is not repeated:
/// a row a b c d with a border of 2 is c b | a b c d | c b.</param>
/// <param name="Flip">Whether every second image, at random, is mirrored.</param>
public sealed record Augmentation(int CropPadding, bool Flip)
{
    /// <summary>Images as they are.</summary>
    public static Augmentation None { get; } = new(0, false);

    /// <summary>Checks that the border can be reflected in images of this size.</summary>
    /// <exception cref="ArgumentException">The border is negative or as wide as the image.</exception>
    internal void Validate(int height, int width)
    {
        if (CropPadding < 0 || CropPadding >= Math.Min(height, width))
        {
            throw new ArgumentException(
                $"Augmentation: CropPadding must be from 0 to the image's shorter side less one. Got {CropPadding}, " +
                $"image [H={height}, W={width}]. Use at most {Math.Min(height, width) - 1}.");
        }
    }

    /// <summary>Draws a crop and a flip and writes the result as floats in [0, 1], [H, W, 3].</summary>
    internal void Apply(ReadOnlySpan<byte> rgb, int height, int width, ref CounterRandom random, Span<float> pixels)
    {
        int top = CropPadding == 0 ? 0 : random.NextInt32((2 * CropPadding) + 1) - CropPadding;
        int left = CropPadding == 0 ? 0 : random.NextInt32((2 * CropPadding) + 1) - CropPadding;
        bool mirrored = Flip && random.NextBoolean();
        Place(rgb, height, width, top, left, mirrored, pixels);
    }

    /// <summary>pixels[y, x] = rgb[reflect(y + top), reflect(x' + left)] / 255; x' = x, or W-1-x if mirrored.</summary>
    internal static void Place(
        ReadOnlySpan<byte> rgb, int height, int width, int top, int left, bool mirrored, Span<float> pixels)
    {
        int at = 0;
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> row = rgb.Slice(Reflect(y + top, height) * width * 3, width * 3);
            for (int x = 0; x < width; x++)
            {
                int from = 3 * Reflect((mirrored ? width - 1 - x : x) + left, width);
                pixels[at] = row[from] / 255f;
                pixels[at + 1] = row[from + 1] / 255f;
                pixels[at + 2] = row[from + 2] / 255f;
                at += 3;
            }
        }
    }

    private static int Reflect(int i, int length)
    {
        i = Math.Abs(i);
        return i < length ? i : (2 * (length - 1)) - i;
    }
}
