using ManSharp.Tensors.Kernels;

namespace ManSharp.Tests.Reference;

/// <summary>Convolution of a resized image from its taps.</summary>
internal static class ReferenceResizedConv2d
{
    internal static double[] Forward(double[] taps, double[]? bias, ResizedConv2dGeometry g)
    {
        var y = new double[g.Output.Length];
        for (int i = 0; bias is not null && i < y.Length; i++)
            y[i] = bias[i % g.K];
        Visit(g, (atTaps, atY, weight) => y[atY] += weight * taps[atTaps]);
        return y;
    }

    internal static double[] Gradient(double[] dy, ResizedConv2dGeometry g)
    {
        var dtaps = new double[g.Taps.Length];
        Visit(g, (atTaps, atY, weight) => dtaps[atTaps] += weight * dy[atY]);
        return dtaps;
    }

    internal static double[] Gather(double[] w, ResizedConv2dGeometry g)
    {
        var columns = new double[w.Length];
        for (int tap = 0; tap < g.R * g.S; tap++)
            for (int c = 0; c < g.C; c++)
                for (int k = 0; k < g.K; k++)
                    columns[(c * g.R * g.S + tap) * g.K + k] = w[(tap * g.C + c) * g.K + k];
        return columns;
    }

    private static void Visit(ResizedConv2dGeometry g, Action<int, int, double> term)
    {
        for (int n = 0; n < g.N; n++)
            for (int p = 0; p < g.P; p++)
                for (int q = 0; q < g.Q; q++)
                    for (int r = 0; r < g.R; r++)
                        for (int s = 0; s < g.S; s++)
                        {
                            int row = p + r - (g.R - 1) / 2, column = q + s - (g.S - 1) / 2;
                            if (row < 0 || row >= g.P || column < 0 || column >= g.Q)
                                continue;
                            for (int h = 0; h < g.H; h++)
                                for (int w = 0; w < g.W; w++)
                                {
                                    double weight = Closeness(row, h, g.H, g.P) * Closeness(column, w, g.W, g.Q);
                                    for (int k = 0; weight > 0 && k < g.K; k++)
                                        term(
                                            ((n * g.H + h) * g.W + w) * g.TapChannels + (r * g.S + s) * g.K + k,
                                            ((n * g.P + p) * g.Q + q) * g.K + k, weight);
                                }
                        }
    }

    private static double Closeness(int output, int input, int inputs, int outputs)
    {
        double position = outputs == 1 ? 0 : output * (inputs - 1) / (double)(outputs - 1);
        return Math.Max(0, 1 - Math.Abs(position - input));
    }
}
