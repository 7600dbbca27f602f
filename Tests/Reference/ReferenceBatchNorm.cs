namespace ManSharp.Tests.Reference;

/// <summary>Batch normalization over rows of C channels.</summary>
internal static class ReferenceBatchNorm
{
    /// <summary>The mean of each channel, and the mean squared deviation from it.</summary>
    internal static (double[] Mean, double[] Variance) Statistics(double[] x, int channels)
    {
        double rows = x.Length / channels;
        double[] mean = [.. ReferenceReduce.SumRows(x, channels).Select(sum => sum / rows)];
        double[] squares = [.. x.Select((value, i) => (value - mean[i % channels]) * (value - mean[i % channels]))];
        return (mean, [.. ReferenceReduce.SumRows(squares, channels).Select(sum => sum / rows)]);
    }

    internal static double[] InverseDeviation(double[] variance, double epsilon) =>
        [.. variance.Select(value => 1 / Math.Sqrt(value + epsilon))];

    /// <summary>y = act(gamma (x - mean) inverseDeviation + beta + residual).</summary>
    internal static double[] Apply(
        double[] x, double[] mean, double[] inverseDeviation, double[] gamma, double[] beta, double[]? residual,
        bool relu)
    {
        var y = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            int c = i % mean.Length;
            double value = gamma[c] * (x[i] - mean[c]) * inverseDeviation[c] + beta[c] + (residual?[i] ?? 0);
            y[i] = relu ? Math.Max(value, 0) : value;
        }
        return y;
    }

    /// <summary>Statistics and application in one: what the gradient below differentiates.</summary>
    internal static double[] Forward(double[] x, double[] gamma, double[] beta, double[]? residual, bool relu,
        double epsilon)
    {
        (double[] mean, double[] variance) = Statistics(x, gamma.Length);
        return Apply(x, mean, InverseDeviation(variance, epsilon), gamma, beta, residual, relu);
    }

    /// <summary>The adjoint; y only where there is a ReLU.</summary>
    internal static (double[] Dx, double[] Dgamma, double[] Dbeta, double[] Dresidual) Gradient(
        double[] dy, double[] x, double[]? y, double[] mean, double[] inverseDeviation, double[] gamma)
    {
        int channels = mean.Length;
        double rows = x.Length / channels;
        double[] g = [.. dy.Select((value, i) => y is null || y[i] > 0 ? value : 0)];
        double[] normalized =
            [.. x.Select((value, i) => (value - mean[i % channels]) * inverseDeviation[i % channels])];
        double[] dbeta = ReferenceReduce.SumRows(g, channels);
        double[] dgamma = ReferenceReduce.SumRows([.. g.Select((value, i) => value * normalized[i])], channels);
        var dx = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            int c = i % channels;
            dx[i] = gamma[c] * inverseDeviation[c] * (g[i] - dbeta[c] / rows - normalized[i] * dgamma[c] / rows);
        }
        return (dx, dgamma, dbeta, g);
    }
}
