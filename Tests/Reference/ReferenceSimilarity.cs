namespace ManSharp.Tests.Reference;

/// <summary>Similarity matching, entry by entry from its definition.</summary>
internal static class ReferenceSimilarity
{
    /// <summary>The unbiased deviation over the pixels of each channel; all values where there are few channels or one pixel.</summary>
    internal static double[][] Features(double[] x, int images, int pixels, int channels)
    {
        double[][] rows = [.. Enumerable.Range(0, images).Select(n => x[(n * pixels * channels)..((n + 1) * pixels * channels)])];
        if (channels <= 3 || pixels == 1)
            return rows;
        return [.. rows.Select(row => Enumerable.Range(0, channels).Select(c =>
        {
            double[] values = [.. Enumerable.Range(0, pixels).Select(p => row[p * channels + c])];
            double mean = values.Average();
            return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (pixels - 1));
        }).ToArray())];
    }

    /// <summary>mean over i, j of (S(rows) - S(onehot(labels)))^2.</summary>
    internal static double Matching(double[][] rows, IReadOnlyList<double> labels, int classes)
    {
        double[][] targets = [.. labels.Select(label => Enumerable.Range(0, classes).Select(c => c == (int)label ? 1.0 : 0).ToArray())];
        double sum = 0;
        for (int i = 0; i < rows.Length; i++)
            for (int j = 0; j < rows.Length; j++)
                sum += Math.Pow(Cosine(rows[i], rows[j]) - Cosine(targets[i], targets[j]), 2);
        return sum / (rows.Length * rows.Length);
    }

    /// <summary>The cosine of two rows less their means.</summary>
    internal static double Cosine(double[] a, double[] b)
    {
        double[] x = Unit(a), y = Unit(b);
        return Math.Clamp(x.Zip(y, (p, q) => p * q).Sum(), -1, 1);
    }

    private static double[] Unit(double[] row)
    {
        double mean = row.Average();
        double norm = Math.Sqrt(row.Sum(value => (value - mean) * (value - mean))) + 1e-8;
        return [.. row.Select(value => (value - mean) / norm)];
    }
}
