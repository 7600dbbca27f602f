using System.Numerics;
using System.Numerics.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

/// <remarks>
/// Rows first: for each output row the R taps above each other are mixed at the small width, [W, S K] values; then
/// columns: each output pixel sums S taps of two neighbours. Both steps touch a few hundred values in the first-level
/// cache. The gradient gathers in the opposite order, so that each value is summed in registers and written once.
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
        workerMemory.Reserve(ResizeTapsJob.WorkerLength(g));
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
        ResizeTapsGradientJob job = ResizeTapsGradientJob.Create(g, ResizeColumns(g.W, g.Q));
        workerMemory.Reserve(job.WorkerLength);
        job.Memory = workerMemory;
        job.Dtaps = dtaps.Pointer();
        job.Dy = dy.Pointer();
        team.Run(job, g.N);
    }

    // to[a, b, :] (+)= from[b, a, :], rows of K values.
    private static void TransposeTaps(float* to, float* from, int outer, int inner, int k, bool add)
    {
        for (int a = 0; a < outer; a++)
            for (int b = 0; b < inner; b++, to += k)
            {
                var row = new ReadOnlySpan<float>(from + (nint)(b * outer + a) * k, k);
                var target = new Span<float>(to, k);
                if (add)
                    TensorPrimitives.Add(target, row, target);
                else
                    row.CopyTo(target);
            }
    }

    // to[j] = bias[j] + sum over i of weights[i] sources[i][offset + j], in the order of i.
    private static void Combine(float* to, float** sources, nint offset, float* weights, int count, float* bias, int length)
    {
        int lanes = Vector<float>.Count, j = 0;
        if (length < lanes)
        {
            for (; j < length; j++)
            {
                float sum = bias is null ? 0f : bias[j];
                for (int i = 0; i < count; i++)
                    sum += weights[i] * sources[i][offset + j];
                to[j] = sum;
            }
            return;
        }
        // The last of up to five vectors reach back over those before them.
        for (; length - j > 2 * lanes; j += 5 * lanes)
            CombineFive(to, sources, offset, weights, count, bias, j, length - lanes);
        if (j < length)
            CombineTwo(to, sources, offset, weights, count, bias, j, length - lanes);
    }

    private static void CombineFive(
        float* to, float** sources, nint offset, float* weights, int count, float* bias, int first, int last)
    {
        int lanes = Vector<float>.Count;
        nint j0 = first, j1 = Math.Min(first + lanes, last), j2 = Math.Min(first + 2 * lanes, last);
        nint j3 = Math.Min(first + 3 * lanes, last), j4 = Math.Min(first + 4 * lanes, last);
        Vector<float> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default;
        if (bias is not null)
        {
            (a0, a1, a2) = (Vector.Load(bias + j0), Vector.Load(bias + j1), Vector.Load(bias + j2));
            (a3, a4) = (Vector.Load(bias + j3), Vector.Load(bias + j4));
        }
        for (int i = 0; i < count; i++)
        {
            var weight = new Vector<float>(weights[i]);
            float* from = sources[i] + offset;
            a0 = Vector.MultiplyAddEstimate(Vector.Load(from + j0), weight, a0);
            a1 = Vector.MultiplyAddEstimate(Vector.Load(from + j1), weight, a1);
            a2 = Vector.MultiplyAddEstimate(Vector.Load(from + j2), weight, a2);
            a3 = Vector.MultiplyAddEstimate(Vector.Load(from + j3), weight, a3);
            a4 = Vector.MultiplyAddEstimate(Vector.Load(from + j4), weight, a4);
        }
        a0.Store(to + j0);
        a1.Store(to + j1);
        a2.Store(to + j2);
        a3.Store(to + j3);
        a4.Store(to + j4);
    }

    private static void CombineTwo(
        float* to, float** sources, nint offset, float* weights, int count, float* bias, int first, int last)
    {
        nint j0 = Math.Min(first, last), j1 = Math.Min(first + Vector<float>.Count, last);
        Vector<float> a0 = default, a1 = default;
        if (bias is not null)
            (a0, a1) = (Vector.Load(bias + j0), Vector.Load(bias + j1));
        int i = 0;
        // Two by two: half the branches of what are mostly four to eight sources.
        for (; i <= count - 2; i += 2)
        {
            var weight = new Vector<float>(weights[i]);
            float* from = sources[i] + offset;
            a0 = Vector.MultiplyAddEstimate(Vector.Load(from + j0), weight, a0);
            a1 = Vector.MultiplyAddEstimate(Vector.Load(from + j1), weight, a1);
            weight = new Vector<float>(weights[i + 1]);
            from = sources[i + 1] + offset;
            a0 = Vector.MultiplyAddEstimate(Vector.Load(from + j0), weight, a0);
            a1 = Vector.MultiplyAddEstimate(Vector.Load(from + j1), weight, a1);
        }
        if (i < count)
        {
            var weight = new Vector<float>(weights[i]);
            float* from = sources[i] + offset;
            a0 = Vector.MultiplyAddEstimate(Vector.Load(from + j0), weight, a0);
            a1 = Vector.MultiplyAddEstimate(Vector.Load(from + j1), weight, a1);
        }
        a0.Store(to + j0);
        a1.Store(to + j1);
    }

    private struct ResizeTapsJob : IChunkJob
    {
        internal ResizedConv2dGeometry G;
        internal float* Y, Taps, Bias;
        internal ResizePosition* Columns;
        internal WorkerMemory Memory;
        internal int RowsPerChunk;

        // The sources of each output pixel: addresses, weights and their count; then the mixed row.
        internal static int WorkerLength(ResizedConv2dGeometry g) =>
            2 * g.S * g.Q * (sizeof(float*) / sizeof(float) + 1) + g.Q + g.W * g.S * g.K;

        public readonly void Run(int chunk, int worker)
        {
            ResizedConv2dGeometry g = G;
            int most = 2 * g.S, end = Math.Min(g.N * g.P, (chunk + 1) * RowsPerChunk);
            float** columnSources = (float**)Memory[worker];
            float* columnWeights = (float*)(columnSources + most * g.Q);
            int* counts = (int*)(columnWeights + most * g.Q);
            float* mixed = (float*)(counts + g.Q);
            for (int q = 0; q < g.Q; q++)
                counts[q] = ColumnSources(columnSources + most * q, columnWeights + most * q, mixed, q);
            float** sources = stackalloc float*[2 * g.R];
            float* weights = stackalloc float[2 * g.R];
            for (int row = chunk * RowsPerChunk; row < end; row++)
            {
                int n = row / g.P, p = row - n * g.P;
                MixRows(mixed, Taps + (nint)n * g.H * g.W * g.TapChannels, p, sources, weights);
                float* to = Y + (nint)row * g.Q * g.K;
                for (int q = 0; q < g.Q; q++, to += g.K)
                    Combine(to, columnSources + most * q, 0, columnWeights + most * q, counts[q], Bias, g.K);
            }
        }

        // The S taps of output pixel q, each of two neighbours in the mixed row.
        private readonly int ColumnSources(float** sources, float* weights, float* mixed, int q)
        {
            ResizedConv2dGeometry g = G;
            int count = 0;
            for (int s = 0; s < g.S; s++)
            {
                int w = q + s - (g.S - 1) / 2;
                if ((uint)w >= (uint)g.Q)
                    continue;
                ResizePosition column = Columns[w];
                sources[count] = mixed + (nint)column.Before * g.S * g.K + s * g.K;
                sources[count + 1] = sources[count] + (nint)column.Step * g.S * g.K;
                (weights[count], weights[count + 1]) = (1 - column.Weight, column.Weight);
                count += 2;
            }
            return count;
        }

        // mixed[x, (s, k)] = sum over r of the taps (r, s, k) resized to row p + r - (R-1)/2.
        private readonly void MixRows(float* mixed, float* taps, int p, float** sources, float* weights)
        {
            ResizedConv2dGeometry g = G;
            int width = g.S * g.K, count = 0;
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
            for (int x = 0; x < g.W; x++, mixed += width)
                Combine(mixed, sources, (nint)x * g.TapChannels, weights, count, null, width);
        }
    }

    /// <summary>
    /// The transpose, image by image: each value of dtaps gathers from the pixels of dy that read it, along rows first. Rows
    /// that are mixed so wait in a ring until every row of dtaps that reads them is done.
    /// </summary>
    private struct ResizeTapsGradientJob : IChunkJob
    {
        internal ResizedConv2dGeometry G;
        internal float* Dtaps, Dy;
        internal ResizePosition* Columns;
        internal WorkerMemory Memory;
        internal int Ring, MostRows, MostColumns;

        internal readonly int WorkerLength => G.W * MostColumns + Ring * G.W * G.S * G.K;

        internal static ResizeTapsGradientJob Create(ResizedConv2dGeometry g, ResizePosition* columns)
        {
            int rows = MostReaders(g.H, g.P);
            return new ResizeTapsGradientJob
            {
                G = g, Columns = columns, MostRows = rows, MostColumns = MostReaders(g.W, g.Q), Ring = Math.Min(g.P, rows + g.R - 1),
            };
        }

        public readonly void Run(int chunk, int worker)
        {
            ResizedConv2dGeometry g = G;
            int width = g.S * g.K, reach = (g.R - 1) / 2, mixedRows = 0;
            float* columnWeights = Memory[worker], ring = columnWeights + g.W * MostColumns;
            for (int x = 0; x < g.W; x++)
            {
                (int first, int last) = Readers(x, g.W, g.Q);
                for (int w = first; w < last; w++)
                    columnWeights[x * MostColumns + w - first] = Columns[w].WeightOf(x);
            }
            float* dtaps = Dtaps + (nint)chunk * g.H * g.W * g.TapChannels, dy = Dy + (nint)chunk * g.P * g.Q * g.K;
            float** sources = stackalloc float*[MostRows];
            float* weights = stackalloc float[MostRows];
            for (int h = 0; h < g.H; h++)
            {
                (int start, int end) = Readers(h, g.H, g.P);
                for (; mixedRows < Math.Min(g.P, end + reach); mixedRows++)
                    MixColumns(ring + (nint)(mixedRows % Ring) * g.W * width, dy + (nint)mixedRows * g.Q * g.K, columnWeights);
                for (int r = 0; r < g.R; r++)
                {
                    int count = 0;
                    for (int row = start; row < end; row++)
                        if (row - r + reach is var p && (uint)p < (uint)g.P)
                        {
                            sources[count] = ring + (nint)(p % Ring) * g.W * width;
                            weights[count++] = ResizePosition.Of(row, g.H, g.P).WeightOf(h);
                        }
                    for (int x = 0; x < g.W; x++)
                        Combine(
                            dtaps + (nint)(h * g.W + x) * g.TapChannels + r * width, sources, (nint)x * width, weights, count, null,
                            width);
                }
            }
        }

        // mixed[x, (s, k)] = sum over the columns w that read x of their weight times dy[w - s + (S-1)/2, k].
        private readonly void MixColumns(float* mixed, float* dy, float* columnWeights)
        {
            ResizedConv2dGeometry g = G;
            float** sources = stackalloc float*[MostColumns];
            for (int x = 0; x < g.W; x++, columnWeights += MostColumns)
            {
                (int start, int end) = Readers(x, g.W, g.Q);
                for (int s = 0; s < g.S; s++, mixed += g.K)
                {
                    int shift = (g.S - 1) / 2 - s, first = Math.Max(start, -shift), count = Math.Min(end, g.Q - shift) - first;
                    for (int i = 0; i < count; i++)
                        sources[i] = dy + (nint)(first + shift + i) * g.K;
                    Combine(mixed, sources, 0, columnWeights + first - start, Math.Max(count, 0), null, g.K);
                }
            }
        }

        private static int MostReaders(int inputs, int outputs)
        {
            int most = 0;
            for (int input = 0; input < inputs; input++)
                most = Math.Max(most, Readers(input, inputs, outputs) is var (start, end) ? end - start : 0);
            return most;
        }
    }
}
