using System.Buffers;

namespace ManSharp.Datasets;

/// <summary>
/// Mean and standard deviation of each channel, [R, G, B], in units of 0..1; the input of a network is
/// (pixel - Mean[c]) / Deviation[c].
/// </summary>
/// <param name="Mean">Three values.</param>
/// <param name="Deviation">Three values, each at least 1/255.</param>
public sealed record ChannelStatistics(IReadOnlyList<float> Mean, IReadOnlyList<float> Deviation)
{
    private const int SampleCount = 2_000;

    /// <summary>
    /// mean = sum x / n, deviation = sqrt(sum x^2 / n - mean^2) over every pixel of up to 2,000 images, evenly spaced.
    /// The sums are integers: the result depends neither on the order nor on the number of threads.
    /// </summary>
    /// <exception cref="ArgumentException">The set is empty.</exception>
    /// <exception cref="DatasetException">An image that is decoded on demand is unreadable.</exception>
    public static ChannelStatistics Measure(ImageSet set, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (set.Count == 0)
            throw new ArgumentException("Measure: the set must hold images. Got 0. Pass another set.", nameof(set));

        int samples = Math.Min(set.Count, SampleCount);
        var sums = new long[6];
        OrderedParallel.For(samples, threads, i =>
        {
            byte[] rgb = ArrayPool<byte>.Shared.Rent(set.ImageBytes);
            set.Read((int)((long)i * set.Count / samples), rgb.AsSpan(0, set.ImageBytes));
            Span<long> own = stackalloc long[6];
            own.Clear();
            for (int p = 0; p < set.ImageBytes; p += 3)
            {
                for (int c = 0; c < 3; c++)
                {
                    own[c] += rgb[p + c];
                    own[3 + c] += rgb[p + c] * rgb[p + c];
                }
            }

            for (int c = 0; c < 6; c++)
                Interlocked.Add(ref sums[c], own[c]);
            ArrayPool<byte>.Shared.Return(rgb);
        });

        var mean = new float[3];
        var deviation = new float[3];
        double count = (double)samples * set.Height * set.Width;
        for (int c = 0; c < 3; c++)
        {
            double average = sums[c] / count;
            mean[c] = (float)(average / 255);
            double variance = Math.Max(0, (sums[3 + c] / count) - (average * average));
            deviation[c] = (float)(Math.Max(1, Math.Sqrt(variance)) / 255);
        }

        return new ChannelStatistics(mean, deviation);
    }
}
