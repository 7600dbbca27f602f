namespace ManSharp.Tests.Reference;

/// <summary>Sums and counts.</summary>
internal static class ReferenceReduce
{
    /// <summary>y[c] = sum over n of x[n, c].</summary>
    internal static double[] SumRows(double[] x, int channels)
    {
        var y = new double[channels];
        for (int i = 0; i < x.Length; i++)
            y[i % channels] += x[i];
        return y;
    }

    internal static double[] Sum(double[] x) => SumRows(x, 1);

    /// <summary>Rows whose greatest value, the first of equals, is at their label.</summary>
    internal static double[] CountCorrect(double[] logits, double[] labels)
    {
        int classes = logits.Length / labels.Length;
        int correct = 0;
        for (int n = 0; n < labels.Length; n++)
        {
            int best = 0;
            for (int j = 1; j < classes; j++)
                if (logits[n * classes + j] > logits[n * classes + best])
                    best = j;
            if (best == (int)labels[n])
                correct++;
        }
        return [correct];
    }
}
