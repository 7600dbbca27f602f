using System.Numerics;
using System.Runtime.CompilerServices;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

/// <remarks>
/// Rows first: for each output row the R taps above each other are mixed at the small width, [W, S K] values; then
/// columns: each output pixel sums S taps of two neighbours. Both steps touch a few hundred values in the first-level
/// cache, so the cost is that of writing y.
/// </remarks>
internal sealed unsafe partial class CpuKernels
{
    public void GatherTaps(Tensor columns, Tensor w, ResizedConv2dGeometry geometry)
    {
        Calls++;
        TransposeTaps(columns.Pointer(), w.Pointer(), geometry.C, geometry.R * geometry.S, geometry.K, add: false);
    }

    public void ScatterTaps(Tensor dw, Tensor dcolumns, ResizedConv2dGeometry geometry, Write write)
    {
        Calls++;
        TransposeTaps(
            dw.Pointer(), dcolumns.Pointer(), geometry.R * geometry.S, geometry.C, geometry.K, write == Write.Add);
    }

    public void ResizeTaps(Tensor y, Tensor taps, Tensor bias, ResizedConv2dGeometry geometry)
    {
        Calls++;
        ResizedConv2dGeometry g = geometry;
        int rowsPerChunk = RowsPerChunk(g.Q * g.K);
        workerMemory.Reserve(g.W * g.S * g.K);
        team.Run(
            new ResizeTapsJob
            {
                Y = y.Pointer(), Taps = taps.Pointer(), Bias = bias.Pointer(), G = g, Columns = ResizeColumns(g.W, g.Q),
                Memory = workerMemory, RowsPerChunk = rowsPerChunk,
            },
            Chunks(g.N * g.P, rowsPerChunk));
    }

    public void ResizeTapsGradient(Tensor dtaps, Tensor dy, ResizedConv2dGeometry geometry)
    {
        Calls++;
        ResizedConv2dGeometry g = geometry;
        workerMemory.Reserve(g.W * g.S * g.K);
        team.Run(
            new ResizeTapsGradientJob
            {
                Dtaps = dtaps.Pointer(), Dy = dy.Pointer(), G = g, Columns = ResizeColumns(g.W, g.Q), Memory = workerMemory,
            },
            g.N);
    }

    // to[a, b, :] (+)= from[b, a, :], rows of K values.
    private static void TransposeTaps(float* to, float* from, int outer, int inner, int k, bool add)
    {
        for (int a = 0; a < outer; a++)
            for (int b = 0; b < inner; b++, to += k)
            {
                float* row = from + (nint)(b * outer + a) * k;
                if (add)
                    AddScaled(to, row, 1f, k);
                else
                    new ReadOnlySpan<float>(row, k).CopyTo(new Span<float>(to, k));
            }
    }

    // y[i] += a x[i]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddScaled(float* y, float* x, float a, int length)
    {
        int i = 0;
        var factor = new Vector<float>(a);
        for (; i <= length - Vector<float>.Count; i += Vector<float>.Count)
            Vector.MultiplyAddEstimate(Vector.Load(x + i), factor, Vector.Load(y + i)).Store(y + i);
        for (; i < length; i++)
            y[i] = float.MultiplyAddEstimate(x[i], a, y[i]);
    }

    private struct ResizeTapsJob : IChunkJob
    {
        internal ResizedConv2dGeometry G;
        internal float* Y, Taps, Bias;
        internal ResizePosition* Columns;
        internal WorkerMemory Memory;
        internal int RowsPerChunk;

        public readonly void Run(int chunk, int worker)
        {
            ResizedConv2dGeometry g = G;
            int width = g.S * g.K, end = Math.Min(g.N * g.P, (chunk + 1) * RowsPerChunk);
            float* mixed = Memory[worker];
            float** sources = stackalloc float*[2 * Math.Max(g.R, g.S)];
            float* weights = stackalloc float[2 * Math.Max(g.R, g.S)];
            for (int row = chunk * RowsPerChunk; row < end; row++)
            {
                int n = row / g.P, p = row - n * g.P;
                MixRows(mixed, Taps + (nint)n * g.H * g.W * g.TapChannels, p, sources, weights);
                float* to = Y + (nint)row * g.Q * g.K;
                for (int q = 0; q < g.Q; q++, to += g.K)
                {
                    int count = 0;
                    for (int s = 0; s < g.S; s++)
                    {
                        int w = q + s - (g.S - 1) / 2;
                        if ((uint)w >= (uint)g.Q)
                            continue;
                        ResizePosition column = Columns[w];
                        sources[count] = mixed + (nint)column.Before * width + s * g.K;
                        sources[count + 1] = sources[count] + (nint)column.Step * width;
                        (weights[count], weights[count + 1]) = (1 - column.Weight, column.Weight);
                        count += 2;
                    }
                    Combine(to, sources, weights, count, Bias, g.K);
                }
            }
        }

        // mixed[x, (s, k)] = sum over r of the taps (r, s, k) resized to row p + r - (R-1)/2.
        private readonly void MixRows(float* mixed, float* taps, int p, float** sources, float* weights)
        {
            ResizedConv2dGeometry g = G;
            int width = g.S * g.K;
            for (int x = 0; x < g.W; x++, mixed += width, taps += g.TapChannels)
            {
                int count = 0;
                for (int r = 0; r < g.R; r++)
                {
                    int h = p + r - (g.R - 1) / 2;
                    if ((uint)h >= (uint)g.P)
                        continue;
                    ResizePosition vertical = ResizePosition.Of(h, g.H, g.P);
                    sources[count] = taps + (nint)vertical.Before * g.W * g.TapChannels + r * width;
                    sources[count + 1] = sources[count] + (nint)vertical.Step * g.W * g.TapChannels;
                    (weights[count], weights[count + 1]) = (1 - vertical.Weight, vertical.Weight);
                    count += 2;
                }
                Combine(mixed, sources, weights, count, null, width);
            }
        }

        // to[j] = bias[j] + sum over i of weights[i] sources[i][j]; the last vector reaches back over the one before it.
        private static void Combine(float* to, float** sources, float* weights, int count, float* bias, int length)
        {
            int lanes = Vector<float>.Count;
            if (length < lanes)
            {
                for (int j = 0; j < length; j++)
                {
                    float sum = bias is null ? 0f : bias[j];
                    for (int i = 0; i < count; i++)
                        sum += weights[i] * sources[i][j];
                    to[j] = sum;
                }
                return;
            }
            for (int j = 0; j < length; j += lanes)
            {
                int at = Math.Min(j, length - lanes);
                Vector<float> sum = bias is null ? default : Vector.Load(bias + at);
                for (int i = 0; i < count; i++)
                    sum = Vector.MultiplyAddEstimate(Vector.Load(sources[i] + at), new Vector<float>(weights[i]), sum);
                sum.Store(to + at);
            }
        }
    }

    /// <summary>The transpose, image by image: columns first, then rows.</summary>
    private struct ResizeTapsGradientJob : IChunkJob
    {
        internal ResizedConv2dGeometry G;
        internal float* Dtaps, Dy;
        internal ResizePosition* Columns;
        internal WorkerMemory Memory;

        public readonly void Run(int chunk, int worker)
        {
            ResizedConv2dGeometry g = G;
            int width = g.S * g.K;
            float* mixed = Memory[worker];
            float* taps = Dtaps + (nint)chunk * g.H * g.W * g.TapChannels;
            new Span<float>(taps, g.H * g.W * g.TapChannels).Clear();
            float* from = Dy + (nint)chunk * g.P * g.Q * g.K;
            for (int p = 0; p < g.P; p++)
            {
                new Span<float>(mixed, g.W * width).Clear();
                for (int q = 0; q < g.Q; q++, from += g.K)
                    for (int s = 0; s < g.S; s++)
                    {
                        int w = q + s - (g.S - 1) / 2;
                        if ((uint)w >= (uint)g.Q)
                            continue;
                        float* left = mixed + (nint)Columns[w].Before * width + s * g.K;
                        AddScaled(left, from, 1 - Columns[w].Weight, g.K);
                        AddScaled(left + (nint)Columns[w].Step * width, from, Columns[w].Weight, g.K);
                    }
                SpreadRows(taps, mixed, p);
            }
        }

        private readonly void SpreadRows(float* taps, float* mixed, int p)
        {
            ResizedConv2dGeometry g = G;
            int width = g.S * g.K;
            for (int r = 0; r < g.R; r++)
            {
                int h = p + r - (g.R - 1) / 2;
                if ((uint)h >= (uint)g.P)
                    continue;
                ResizePosition vertical = ResizePosition.Of(h, g.H, g.P);
                float* top = taps + (nint)vertical.Before * g.W * g.TapChannels + r * width;
                float* bottom = top + (nint)vertical.Step * g.W * g.TapChannels;
                for (int x = 0; x < g.W; x++, top += g.TapChannels, bottom += g.TapChannels)
                {
                    AddScaled(top, mixed + x * width, 1 - vertical.Weight, width);
                    AddScaled(bottom, mixed + x * width, vertical.Weight, width);
                }
            }
        }
    }
}
