namespace ManSharp.Datasets;

/// <summary>
/// Scales an image until it just covers the target, and cuts out its centre. Weights are the triangle filter: bilinear
/// when enlarging, area-weighted when shrinking, so that fine patterns do not alias.
/// </summary>
internal static class ImageResizer
{
    private const int Channels = ImageSet.Channels;

    public static void CoverAndCrop(DecodedImage image, ImageSize target, Span<byte> rgb)
    {
        if (image.Height == target.Height && image.Width == target.Width)
        {
            image.Rgb.CopyTo(rgb);
            return;
        }

        double scale = Math.Min((double)image.Height / target.Height, (double)image.Width / target.Width);
        Taps[] rows = MakeTaps(image.Height, target.Height, scale);
        Taps[] columns = MakeTaps(image.Width, target.Width, scale);

        int firstRow = rows[0].First;
        int lastRow = rows[^1].First + rows[^1].Weights.Length;
        int stride = target.Width * Channels;
        var narrowed = new float[(lastRow - firstRow) * stride];
        for (int y = firstRow; y < lastRow; y++)
        {
            ReadOnlySpan<byte> row = image.Rgb.AsSpan(y * image.Width * Channels);
            Narrow(row, columns, narrowed.AsSpan((y - firstRow) * stride, stride));
        }

        for (int y = 0; y < target.Height; y++)
        {
            Taps taps = rows[y];
            for (int x = 0; x < stride; x++)
            {
                float sum = 0.5f;
                for (int t = 0; t < taps.Weights.Length; t++)
                    sum += taps.Weights[t] * narrowed[((taps.First - firstRow + t) * stride) + x];
                rgb[(y * stride) + x] = (byte)Math.Clamp(sum, 0, 255);
            }
        }
    }

    private static void Narrow(ReadOnlySpan<byte> source, Taps[] columns, Span<float> target)
    {
        for (int x = 0; x < columns.Length; x++)
        {
            Taps taps = columns[x];
            float red = 0, green = 0, blue = 0;
            int at = taps.First * Channels;
            foreach (float weight in taps.Weights)
            {
                red += weight * source[at];
                green += weight * source[at + 1];
                blue += weight * source[at + 2];
                at += Channels;
            }

            target[x * Channels] = red;
            target[(x * Channels) + 1] = green;
            target[(x * Channels) + 2] = blue;
        }
    }

    // Output pixel o of the centred window looks at source position (o + 0.5) * scale + (source - target * scale) / 2.
    private static Taps[] MakeTaps(int source, int target, double scale)
    {
        double margin = (source - (target * scale)) / 2;
        double reach = Math.Max(scale, 1);
        var taps = new Taps[target];
        for (int o = 0; o < target; o++)
        {
            double center = ((o + 0.5) * scale) + margin;
            int first = Math.Clamp((int)Math.Floor(center - reach + 0.5), 0, source - 1);
            int end = Math.Clamp((int)Math.Floor(center + reach + 0.5), first + 1, source);
            var weights = new float[end - first];
            float sum = 0;
            for (int i = first; i < end; i++)
                sum += weights[i - first] = (float)Math.Max(0, 1 - (Math.Abs(i + 0.5 - center) / reach));
            for (int i = 0; i < weights.Length; i++)
                weights[i] = sum > 0 ? weights[i] / sum : 1f / weights.Length;
            taps[o] = new Taps(first, weights);
        }

        return taps;
    }

    private readonly record struct Taps(int First, float[] Weights);
}
