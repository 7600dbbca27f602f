using ManSharp.Tensors.Kernels;

namespace ManSharp.Tests.Reference;

/// <summary>Convolution and its adjoints: one visit for each product of an input value and a weight.</summary>
internal static class ReferenceConv2d
{
    /// <summary>
    /// y[n, p, q, k] = bias[k] + sum of x[n, p stride + r - padding, q stride + s - padding, c] w[r, s, c, k].
    /// </summary>
    internal static double[] Forward(double[] x, double[] w, double[]? bias, Conv2dGeometry g)
    {
        var y = new double[g.Output.Length];
        if (bias is not null)
            for (int i = 0; i < y.Length; i++)
                y[i] = bias[i % g.K];
        Visit(g, (atX, atW, atY) => y[atY] += x[atX] * w[atW]);
        return y;
    }

    internal static double[] InputGradient(double[] dy, double[] w, Conv2dGeometry g)
    {
        var dx = new double[g.Input.Length];
        Visit(g, (atX, atW, atY) => dx[atX] += dy[atY] * w[atW]);
        return dx;
    }

    internal static double[] WeightGradient(double[] x, double[] dy, Conv2dGeometry g)
    {
        var dw = new double[g.Weight.Length];
        Visit(g, (atX, atW, atY) => dw[atW] += x[atX] * dy[atY]);
        return dw;
    }

    private static void Visit(Conv2dGeometry g, Action<int, int, int> product)
    {
        for (int n = 0; n < g.N; n++)
            for (int p = 0; p < g.P; p++)
                for (int q = 0; q < g.Q; q++)
                    for (int r = 0; r < g.R; r++)
                        for (int s = 0; s < g.S; s++)
                        {
                            int h = p * g.Stride + r - g.Padding;
                            int w = q * g.Stride + s - g.Padding;
                            if (h < 0 || h >= g.H || w < 0 || w >= g.W)
                                continue;
                            for (int k = 0; k < g.K; k++)
                                for (int c = 0; c < g.C / g.Groups; c++)
                                    product(
                                        ((n * g.H + h) * g.W + w) * g.C + k / (g.K / g.Groups) * (g.C / g.Groups) + c,
                                        ((r * g.S + s) * (g.C / g.Groups) + c) * g.K + k,
                                        ((n * g.P + p) * g.Q + q) * g.K + k);
                        }
    }
}
