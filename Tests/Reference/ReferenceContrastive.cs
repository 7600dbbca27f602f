namespace ManSharp.Tests.Reference;

/// <summary>Normalized rows and the supervised contrastive loss of their similarities.</summary>
internal static class ReferenceContrastive
{
    internal static (double[] Y, double[] Norms) NormalizeRows(double[] x, int rows)
    {
        int length = x.Length / rows;
        var norms = new double[rows];
        for (int i = 0; i < x.Length; i++)
            norms[i / length] += x[i] * x[i];
        for (int n = 0; n < rows; n++)
            norms[n] = Math.Sqrt(norms[n]);
        return ([.. x.Select((value, i) => value / Math.Max(norms[i / length], 1e-12))], norms);
    }

    internal static double[] NormalizeRowsGradient(double[] dy, double[] y, double[] norms)
    {
        int length = y.Length / norms.Length;
        var along = new double[norms.Length];
        for (int i = 0; i < y.Length; i++)
            along[i / length] += norms[i / length] < 1e-12 ? 0 : y[i] * dy[i];
        return [.. dy.Select((gradient, i) =>
            (gradient - y[i] * along[i / length]) / Math.Max(norms[i / length], 1e-12))];
    }

    /// <summary>Mean over all anchors; one without a partner adds nothing.</summary>
    internal static double[] Loss(double[] similarity, double[] labels, double temperature)
    {
        int rows = labels.Length;
        double loss = 0;
        for (int i = 0; i < rows; i++)
        {
            int[] others = Others(i, rows);
            int[] partners = Partners(i, labels);
            double normalizer = Math.Log(others.Sum(a => Math.Exp(similarity[i * rows + a] / temperature)));
            if (partners.Length > 0)
                loss -= partners.Average(j => similarity[i * rows + j] / temperature - normalizer) / rows;
        }
        return [loss];
    }

    internal static double[] Gradient(double upstream, double[] similarity, double[] labels, double temperature)
    {
        int rows = labels.Length;
        var gradient = new double[rows * rows];
        for (int i = 0; i < rows; i++)
        {
            int[] others = Others(i, rows);
            int[] partners = Partners(i, labels);
            if (partners.Length == 0)
                continue;
            double sum = others.Sum(a => Math.Exp(similarity[i * rows + a] / temperature));
            foreach (int j in others)
                gradient[i * rows + j] += upstream / rows / temperature
                    * Math.Exp(similarity[i * rows + j] / temperature) / sum;
            foreach (int j in partners)
                gradient[i * rows + j] -= upstream / rows / temperature / partners.Length;
        }
        return gradient;
    }

    private static int[] Others(int anchor, int rows) => [.. Enumerable.Range(0, rows).Where(j => j != anchor)];

    private static int[] Partners(int anchor, double[] labels) =>
        [.. Others(anchor, labels.Length).Where(j => labels[j] == labels[anchor])];
}
