using ManSharp.Tensors.Kernels;

namespace ManSharp.Tests.Reference;

/// <summary>Bilinear interpolation with aligned corners.</summary>
internal static class ReferenceResize
{
    internal static double[] Forward(double[] x, ResizeGeometry g)
    {
        var y = new double[g.Output.Length];
        Visit(g, (atX, atY, weight) => y[atY] += weight * x[atX]);
        return y;
    }

    internal static double[] Gradient(double[] dy, ResizeGeometry g)
    {
        var dx = new double[g.Input.Length];
        Visit(g, (atX, atY, weight) => dx[atX] += weight * dy[atY]);
        return dx;
    }

    // The weight of an input is 1 minus its distance from the output's position, along both axes, where that is
    // positive.
    private static void Visit(ResizeGeometry g, Action<int, int, double> term)
    {
        for (int n = 0; n < g.N; n++)
            for (int p = 0; p < g.P; p++)
                for (int q = 0; q < g.Q; q++)
                    for (int h = 0; h < g.H; h++)
                        for (int w = 0; w < g.W; w++)
                        {
                            double weight = Closeness(p, h, g.H, g.P) * Closeness(q, w, g.W, g.Q);
                            for (int c = 0; weight > 0 && c < g.C; c++)
                                term(((n * g.H + h) * g.W + w) * g.C + c, ((n * g.P + p) * g.Q + q) * g.C + c, weight);
                        }
    }

    private static double Closeness(int output, int input, int inputs, int outputs)
    {
        double position = outputs == 1 ? 0 : output * (inputs - 1) / (double)(outputs - 1);
        return Math.Max(0, 1 - Math.Abs(position - input));
    }
}
