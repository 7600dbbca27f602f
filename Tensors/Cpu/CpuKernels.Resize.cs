using System.Numerics;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

/// <remarks>
/// Positions are exact fractions: output p of P reads input p (H - 1) / (P - 1), computed in whole numbers. Rows first,
/// then columns: a worker mixes whole rows into one of its own, where any number of channels fills the vectors, and
/// from that row the pixels. The gradient gathers: a row of dx asks the rows of dy less than one row away, in their
/// order.
/// </remarks>
internal sealed unsafe partial class CpuKernels
{
    public void ResizeBilinear(Tensor y, Tensor x, ResizeGeometry geometry)
    {
        Calls++;
        ResizeGeometry g = geometry;
        int rowsPerChunk = RowsPerChunk(Math.Max(g.W, g.Q) * g.C);
        workerMemory.Reserve(g.W * g.C);
        team.Run(
            new ResizeJob(y.Pointer(), x.Pointer(), g, ResizeColumns(g), workerMemory, rowsPerChunk),
            Chunks(g.N * g.P, rowsPerChunk));
    }

    public void ResizeBilinearGradient(Tensor dx, Tensor dy, ResizeGeometry geometry, Write write)
    {
        Calls++;
        ResizeGeometry g = geometry;
        // A row of dx costs as much as the rows of dy that it gathers from.
        int rowsPerChunk = RowsPerChunk(Math.Max(g.W, (g.P + g.H - 1) / g.H * g.Q) * g.C);
        workerMemory.Reserve(g.Q * g.C);
        team.Run(
            new ResizeGradientJob(
                dx.Pointer(), dy.Pointer(), g, ResizeColumns(g), workerMemory, rowsPerChunk, write == Write.Add),
            Chunks(g.N * g.H, rowsPerChunk));
    }

    private ResizeColumn* ResizeColumns(ResizeGeometry g)
    {
        var columns = (ResizeColumn*)Workspace((long)g.Q * sizeof(ResizeColumn) / sizeof(double) + 1);
        for (int q = 0; q < g.Q; q++)
            columns[q] = ResizeColumn.Of(q, g.W, g.Q);
        return columns;
    }

    /// <summary>The outputs that read an input pixel: those less than one pixel away from it.</summary>
    private static (int Start, int End) Readers(int input, int inputs, int outputs)
    {
        if (inputs == 1)
            return (0, outputs);
        long unit = Math.Max(outputs - 1, 1);
        long first = input == 0 ? 0 : (input - 1) * unit / (inputs - 1) + 1;
        long end = ((input + 1) * unit + inputs - 2) / (inputs - 1);
        return ((int)first, (int)Math.Min(end, outputs));
    }

    /// <summary>
    /// The input pixel at or before an output's position, the step to the next one, and the weight of that.
    /// </summary>
    private readonly record struct ResizeColumn(int Before, int Step, float Weight)
    {
        internal static ResizeColumn Of(int output, int inputs, int outputs)
        {
            if (outputs == 1)
                return default;
            (long before, long rest) = Math.DivRem((long)output * (inputs - 1), outputs - 1);
            return new ResizeColumn((int)before, before < inputs - 1 ? 1 : 0, rest / (float)(outputs - 1));
        }

        /// <summary>The weight of an input that this output reads.</summary>
        internal float WeightOf(int input) => input == Before ? 1 - Weight : Weight;
    }

    private readonly struct ResizeJob(
        float* y, float* x, ResizeGeometry g, ResizeColumn* columns, WorkerMemory mixed, int rowsPerChunk) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int channels = g.C, width = g.Q;
            int rowLength = g.W * channels;
            float* own = mixed[worker];
            int end = Math.Min(g.N * g.P, (chunk + 1) * rowsPerChunk);
            for (int row = chunk * rowsPerChunk; row < end; row++)
            {
                int n = row / g.P;
                ResizeColumn vertical = ResizeColumn.Of(row - n * g.P, g.H, g.P);
                float* top = x + ((nint)n * g.H + vertical.Before) * rowLength;
                Mix(own, top, top + (nint)vertical.Step * rowLength, vertical.Weight, rowLength);
                float* to = y + (nint)row * width * channels;
                for (int q = 0; q < width; q++, to += channels)
                {
                    float* left = own + (nint)columns[q].Before * channels;
                    Mix(to, left, left + (nint)columns[q].Step * channels, columns[q].Weight, channels);
                }
            }
        }

        // to = (1 - weight) a + weight b; the last vector reaches back over the one before it.
        private static void Mix(float* to, float* a, float* b, float weight, int length)
        {
            int lanes = Vector<float>.Count;
            float rest = 1 - weight;
            if (length < lanes)
            {
                for (int j = 0; j < length; j++)
                    to[j] = rest * a[j] + weight * b[j];
                return;
            }
            Vector<float> weights = new(weight), rests = new(rest);
            int last = length - lanes;
            for (int j = 0; j < last; j += lanes)
                Vector.MultiplyAddEstimate(Vector.Load(b + j), weights, Vector.Load(a + j) * rests).Store(to + j);
            Vector.MultiplyAddEstimate(Vector.Load(b + last), weights, Vector.Load(a + last) * rests).Store(to + last);
        }
    }

    private readonly struct ResizeGradientJob(
        float* dx, float* dy, ResizeGeometry g, ResizeColumn* columns, WorkerMemory mixed, int rowsPerChunk, bool add)
            : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int rowLength = g.Q * g.C;
            float* own = mixed[worker];
            int end = Math.Min(g.N * g.H, (chunk + 1) * rowsPerChunk);
            for (int row = chunk * rowsPerChunk; row < end; row++)
            {
                int n = row / g.H;
                int h = row - n * g.H;
                (int first, int endP) = Readers(h, g.H, g.P);
                for (int p = first; p < endP; p++)
                    WriteScaled(
                        own, dy + ((nint)n * g.P + p) * rowLength, ResizeColumn.Of(p, g.H, g.P).WeightOf(h), rowLength,
                        p > first);
                if (first >= endP)
                    new Span<float>(own, rowLength).Clear();
                float* to = dx + (nint)row * g.W * g.C;
                for (int w = 0; w < g.W; w++, to += g.C)
                    GatherPixel(to, own, w);
            }
        }

        private void GatherPixel(float* to, float* row, int w)
        {
            int channels = g.C;
            int lanes = Vector<float>.Count;
            (int first, int end) = Readers(w, g.W, g.Q);
            if (channels < lanes)
            {
                for (int c = 0; c < channels; c++)
                    to[c] = GatherLane(row + c, w, first, end) + (add ? to[c] : 0);
                return;
            }
            // The last vector reaches back over the one before it: gathered before that is written, written after it.
            int last = channels - lanes;
            Vector<float> tail = Gather(to + last, row + last, w, first, end);
            for (int c = 0; c < last; c += lanes)
                Gather(to + c, row + c, w, first, end).Store(to + c);
            tail.Store(to + last);
        }

        private Vector<float> Gather(float* to, float* row, int w, int first, int end)
        {
            Vector<float> sum = add ? Vector.Load(to) : default;
            nint channels = g.C;
            for (int q = first; q < end; q++)
                sum = Vector.MultiplyAddEstimate(
                    Vector.Load(row + q * channels), new Vector<float>(columns[q].WeightOf(w)), sum);
            return sum;
        }

        private float GatherLane(float* row, int w, int first, int end)
        {
            float sum = 0;
            for (int q = first; q < end; q++)
                sum += row[(nint)q * g.C] * columns[q].WeightOf(w);
            return sum;
        }
    }
}
