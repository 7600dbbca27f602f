using System.Numerics;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

internal sealed unsafe partial class CpuKernels
{
    private readonly struct MaxPoolJob(float* y, float* places, float* x, PoolGeometry g, int rowsPerChunk) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int end = Math.Min(g.N * g.P, (chunk + 1) * rowsPerChunk);
            for (int row = chunk * rowsPerChunk; row < end; row++)
            {
                int n = row / g.P;
                int p = row - n * g.P;
                (int top, int bottom) = InsideOf(p, g.Stride, g.Padding, g.R, g.H);
                for (int q = 0; q < g.Q; q++)
                {
                    (int left, int right) = InsideOf(q, g.Stride, g.Padding, g.S, g.W);
                    int place = (top - (p * g.Stride - g.Padding)) * g.S + left - (q * g.Stride - g.Padding);
                    nint output = ((nint)row * g.Q + q) * g.C;
                    float* window = x + (((nint)n * g.H + top) * g.W + left) * g.C;
                    FindGreatest(y + output, places + output, window, bottom - top, right - left, place);
                }
            }
        }

        // Strictly greater, so that the first of equals stays.
        private void FindGreatest(float* to, float* toPlaces, float* from, int height, int width, int place)
        {
            nint stride = (nint)g.W * g.C;
            int c = 0;
            for (; c <= g.C - Vector<float>.Count; c += Vector<float>.Count)
            {
                Vector<float> best = Vector.Load(from + c);
                Vector<float> bestPlace = new(place);
                for (int r = 0; r < height; r++)
                    for (int s = 0; s < width; s++)
                    {
                        Vector<float> value = Vector.Load(from + r * stride + (nint)s * g.C + c);
                        var greater = Vector.GreaterThan(value, best);
                        best = Vector.ConditionalSelect(greater, value, best);
                        bestPlace = Vector.ConditionalSelect(greater, new Vector<float>(place + r * g.S + s),
                            bestPlace);
                    }
                best.Store(to + c);
                bestPlace.Store(toPlaces + c);
            }
            for (; c < g.C; c++)
            {
                float best = from[c];
                int bestPlace = place;
                for (int r = 0; r < height; r++)
                    for (int s = 0; s < width; s++)
                    {
                        float value = from[r * stride + (nint)s * g.C + c];
                        if (value > best)
                            (best, bestPlace) = (value, place + r * g.S + s);
                    }
                to[c] = best;
                toPlaces[c] = bestPlace;
            }
        }
    }

    private readonly struct MaxPoolGradientJob(
        float* dx, float* dy, float* places, PoolGeometry g, int rowsPerChunk, bool add) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int end = Math.Min(g.N * g.H, (chunk + 1) * rowsPerChunk);
            for (int row = chunk * rowsPerChunk; row < end; row++)
            {
                int n = row / g.H;
                int h = row - n * g.H;
                (int firstP, int endP) = WindowsOf(h, g.Stride, g.Padding, g.R, g.P);
                for (int w = 0; w < g.W; w++)
                {
                    float* pixel = dx + ((nint)row * g.W + w) * g.C;
                    if (!add)
                        new Span<float>(pixel, g.C).Clear();
                    (int firstQ, int endQ) = WindowsOf(w, g.Stride, g.Padding, g.S, g.Q);
                    for (int p = firstP; p < endP; p++)
                        for (int q = firstQ; q < endQ; q++)
                        {
                            int place = (h + g.Padding - p * g.Stride) * g.S + w + g.Padding - q * g.Stride;
                            AddChosen(pixel, (((nint)n * g.P + p) * g.Q + q) * g.C, place);
                        }
                }
            }
        }

        private void AddChosen(float* pixel, nint output, float place)
        {
            Vector<float> chosen = new(place);
            int c = 0;
            for (; c <= g.C - Vector<float>.Count; c += Vector<float>.Count)
            {
                var here = Vector.Equals(Vector.Load(places + output + c), chosen);
                Vector<float> gradient =
                    Vector.ConditionalSelect(here, Vector.Load(dy + output + c), Vector<float>.Zero);
                (Vector.Load(pixel + c) + gradient).Store(pixel + c);
            }
            for (; c < g.C; c++)
                if (places[output + c] == place)
                    pixel[c] += dy[output + c];
        }
    }
}
