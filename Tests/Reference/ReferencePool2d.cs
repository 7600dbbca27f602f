using ManSharp.Tensors.Kernels;

namespace ManSharp.Tests.Reference;

/// <summary>Pooling over windows and over whole images.</summary>
internal static class ReferencePool2d
{
    internal static double[] Average(double[] x, PoolGeometry g)
    {
        var y = new double[g.Output.Length];
        VisitWindows(g, (output, pixels, _) => y[output] = pixels.Average(pixel => x[pixel]));
        return y;
    }

    internal static double[] AverageGradient(double[] dy, PoolGeometry g)
    {
        var dx = new double[g.Input.Length];
        VisitWindows(g, (output, pixels, _) => pixels.ForEach(pixel => dx[pixel] += dy[output] / pixels.Count));
        return dx;
    }

    internal static (double[] Y, double[] Places) Max(double[] x, PoolGeometry g)
    {
        var y = new double[g.Output.Length];
        var found = new double[g.Output.Length];
        VisitWindows(g, (output, pixels, places) =>
        {
            int best = 0;
            for (int i = 1; i < pixels.Count; i++)
                if (x[pixels[i]] > x[pixels[best]])
                    best = i;
            y[output] = x[pixels[best]];
            found[output] = places[best];
        });
        return (y, found);
    }

    internal static double[] MaxGradient(double[] dy, double[] chosen, PoolGeometry g)
    {
        var dx = new double[g.Input.Length];
        VisitWindows(g, (output, pixels, places) => dx[pixels[places.IndexOf((int)chosen[output])]] += dy[output]);
        return dx;
    }

    /// <summary>y[n, c] = mean over h, w of x[n, h, w, c].</summary>
    internal static double[] GlobalAverage(double[] x, int images, int channels)
    {
        int pixels = x.Length / images / channels;
        var y = new double[images * channels];
        for (int i = 0; i < x.Length; i++)
            y[i / channels / pixels * channels + i % channels] += x[i] / pixels;
        return y;
    }

    internal static double[] GlobalAverageGradient(double[] dy, int pixels, int channels)
    {
        var dx = new double[dy.Length * pixels];
        for (int i = 0; i < dx.Length; i++)
            dx[i] = dy[i / channels / pixels * channels + i % channels] / pixels;
        return dx;
    }

    // For each output: which inputs its window holds inside the image, and their places r S + s in the window.
    private static void VisitWindows(PoolGeometry g, Action<int, List<int>, List<int>> window)
    {
        for (int output = 0; output < g.Output.Length; output++)
        {
            int c = output % g.C, q = output / g.C % g.Q, p = output / g.C / g.Q % g.P, n = output / g.C / g.Q / g.P;
            var pixels = new List<int>();
            var places = new List<int>();
            for (int r = 0; r < g.R; r++)
                for (int s = 0; s < g.S; s++)
                {
                    int h = p * g.Stride + r - g.Padding;
                    int w = q * g.Stride + s - g.Padding;
                    if (h < 0 || h >= g.H || w < 0 || w >= g.W)
                        continue;
                    pixels.Add(((n * g.H + h) * g.W + w) * g.C + c);
                    places.Add(r * g.S + s);
                }
            window(output, pixels, places);
        }
    }
}
