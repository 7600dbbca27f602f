using ManSharp.Tensors.Cpu.Convolution;
using ManSharp.Tensors.Cpu.Simd;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

/// <summary>Direct convolution to three channels, on <see cref="NarrowTile"/>: tables and bands are those of any other.</summary>
internal sealed unsafe partial class CpuKernels
{
    private void RunNarrow(float* y, float* packed, float* x, float* w, float* bias, WindowPlan plan)
    {
        Conv2dGeometry g = plan.Geometry;
        PackNarrow(packed, w, g);
        team.Run(
            new NarrowJob { Plan = plan, Memory = workerMemory, X = x, Y = y, Packed = packed, Bias = bias },
            g.N * plan.Bands.Length);
    }

    private void RunNarrowWeightGradient(float* dw, float* partials, float* x, float* dy, WeightGradientPlan plan, bool add)
    {
        team.Run(
            new NarrowWeightGradientJob { Plan = plan, Memory = workerMemory, X = x, Dy = dy, Partials = partials },
            plan.Groups * plan.Shares);
        SumNarrow(dw, partials, plan, add);
    }

    // [row, channel, padded window] from [row, window, channel].
    private static void PackNarrow(float* packed, float* w, Conv2dGeometry g)
    {
        int length = g.S * g.C, padded = NarrowTile.Padded(length);
        for (int r = 0; r < g.R; r++, w += length * NarrowTile.Columns)
            for (int k = 0; k < NarrowTile.Columns; k++, packed += padded)
            {
                for (int l = 0; l < length; l++)
                    packed[l] = w[l * NarrowTile.Columns + k];
                new Span<float>(packed + length, padded - length).Clear();
            }
    }

    // dw[row, window, channel] from the groups' [row, channel, padded window], in the order of the groups.
    private static void SumNarrow(float* dw, float* partials, WeightGradientPlan plan, bool add)
    {
        int length = plan.LineLength, padded = NarrowTile.Padded(length);
        for (int line = 0; line < plan.Lines * NarrowTile.Columns; line++)
            for (int l = 0; l < length; l++)
            {
                float* from = partials + (nint)line * padded + l;
                float* to = dw + (nint)(line / NarrowTile.Columns * length + l) * NarrowTile.Columns + line % NarrowTile.Columns;
                float sum = add ? *to : 0;
                for (int group = 0; group < plan.Groups; group++, from += plan.PartialLength)
                    sum += *from;
                *to = sum;
            }
    }

    /// <summary>One band of tiles of one image.</summary>
    private struct NarrowJob : IChunkJob
    {
        internal WindowPlan Plan;
        internal WorkerMemory Memory;
        internal float* X, Y, Packed, Bias;

        public readonly void Run(int chunk, int worker)
        {
            WindowPlan plan = Plan;
            Conv2dGeometry g = plan.Geometry;
            int image = chunk / plan.Bands.Length;
            WindowPlan.Band band = plan.Bands[chunk % plan.Bands.Length];
            float* x = X + (nint)image * g.H * g.W * g.C, y = Y + (nint)image * g.P * g.Q * g.K, edges = Memory[worker];
            EdgeWindows.Fill(plan.Copies.AsSpan(band.FirstCopy, band.CopyCount), edges, plan.SlotLength, x);
            int* lines = Address(plan.Lines), outputs = Address(plan.Outputs);
            for (int tile = band.FirstTile; tile < band.FirstTile + band.TileCount; tile++)
            {
                WindowPlan.TileEntry entry = plan.Tiles[tile];
                NarrowTile.Windows(
                    lines + (nint)entry.FirstLine * RegisterTile.LineInts, entry.LineCount, x, edges, Packed, g.S * g.C, y,
                    outputs + (nint)tile * RegisterTile.Rows, Bias);
            }
        }
    }

    /// <summary>One group of images and one share of the windows' values, into the group's partial sum.</summary>
    private struct NarrowWeightGradientJob : IChunkJob
    {
        internal WeightGradientPlan Plan;
        internal WorkerMemory Memory;
        internal float* X, Dy, Partials;

        public readonly void Run(int chunk, int worker)
        {
            WeightGradientPlan plan = Plan;
            Conv2dGeometry g = plan.Geometry;
            int group = chunk / plan.Shares, share = chunk % plan.Shares;
            int firstUnit = plan.Units * share / plan.Shares, endUnit = plan.Units * (share + 1) / plan.Shares;
            int lineUnits = plan.Units / plan.Lines, padded = NarrowTile.Padded(plan.LineLength);
            float* partial = Partials + (nint)group * plan.PartialLength, edges = Memory[worker];
            for (int unit = firstUnit; unit < endUnit; unit++)
                Clear(partial, unit, lineUnits, padded);
            int firstImage = (int)((long)g.N * group / plan.Groups), endImage = (int)((long)g.N * (group + 1) / plan.Groups);
            for (int image = firstImage; image < endImage; image++)
            {
                float* x = X + (nint)image * g.H * g.W * g.C, dy = Dy + (nint)image * g.P * g.Q * g.K;
                foreach (WeightGradientPlan.Band band in plan.Bands)
                {
                    EdgeWindows.Fill(plan.Copies.AsSpan(band.FirstCopy, band.CopyCount), edges, plan.SlotLength, x);
                    for (int unit = firstUnit; unit < endUnit; unit++)
                        Add(partial, unit, band, x, edges, dy, lineUnits, padded);
                }
            }
        }

        private readonly void Add(
            float* partial, int unit, WeightGradientPlan.Band band, float* x, float* edges, float* dy, int lineUnits, int padded)
        {
            int line = unit / lineUnits, value = unit % lineUnits * NarrowTile.OuterValues;
            WeightGradientPlan.Run run = Plan.Runs[band.FirstRun + line];
            NarrowTile.Outer(
                Address(Plan.Codes) + run.FirstCode, run.Count, x + value, edges + value,
                dy + (nint)run.FirstPixel * NarrowTile.Columns, partial + (nint)line * NarrowTile.Columns * padded + value, padded,
                Math.Min(NarrowTile.OuterValues, padded - value) / 8);
        }

        private static void Clear(float* partial, int unit, int lineUnits, int padded)
        {
            int line = unit / lineUnits, value = unit % lineUnits * NarrowTile.OuterValues;
            for (int k = 0; k < NarrowTile.Columns; k++)
                new Span<float>(
                    partial + (nint)(line * NarrowTile.Columns + k) * padded + value, Math.Min(NarrowTile.OuterValues, padded - value))
                    .Clear();
        }
    }
}
