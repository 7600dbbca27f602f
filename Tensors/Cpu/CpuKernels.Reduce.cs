using System.Numerics;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

internal sealed unsafe partial class CpuKernels
{
    // Values that are added in float before their sum goes on in double.
    private const int FloatRun = 2048;

    public void SumRows(Tensor y, Tensor x, Write write)
    {
        Calls++;
        RowPlan plan = PlanRows(x.Length, x.Shape.Last);
        double* sums = Workspace(PartialsLength(plan));
        SumColumns(sums, plan, new RowTerms(x.Pointer()));
        WriteSums(y.Pointer(), sums, plan.Channels, write);
    }

    public void Sum(Tensor y, Tensor x, Write write)
    {
        Calls++;
        int chunks = Chunks(x.Length);
        double* partials = Workspace(chunks);
        team.Run(new SumJob(partials, x.Pointer(), x.Length), chunks);
        double sum = SumPartials(partials, chunks);
        WriteSums(y.Pointer(), &sum, 1, write);
    }

    public void CountCorrect(Tensor y, Tensor logits, Tensor labels)
    {
        Calls++;
        int classes = logits.Shape.Last;
        int rows = logits.Shape.Rows;
        int rowsPerChunk = RowsPerChunk(classes);
        int chunks = Chunks(rows, rowsPerChunk);
        double* partials = Workspace(chunks);
        team.Run(new CountCorrectJob(partials, logits.Pointer(), labels.Pointer(), rows, classes, rowsPerChunk),
            chunks);
        y.Pointer()[0] = (float)SumPartials(partials, chunks);
    }

    private static void WriteSums(float* y, double* sums, int length, Write write)
    {
        for (int i = 0; i < length; i++)
            y[i] = (float)(write == Write.Add ? y[i] + sums[i] : sums[i]);
    }

    private readonly struct RowTerms(float* x) : IColumnTerms
    {
        public static bool HasSecond => false;

        public Vector<float> First(nint at, nint column) => Vector.Load(x + at);

        public float FirstLane(nint at, nint column) => x[at];

        public Vector<float> AddSecond(Vector<float> sum, Vector<float> first, nint at, nint column) => sum;

        public float SecondLane(float first, nint at, nint column) => 0;
    }

    private readonly struct SumJob(double* partials, float* x, int length) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int start = ChunkStart(chunk, length, out int count);
            double sum = 0;
            for (int done = 0; done < count; done += FloatRun)
                sum += SumRun(x + start + done, Math.Min(FloatRun, count - done));
            partials[chunk] = sum;
        }

        private static float SumRun(float* x, int count)
        {
            int lanes = Vector<float>.Count;
            Vector<float> s0 = default, s1 = default, s2 = default, s3 = default;
            int i = 0;
            for (; i <= count - 4 * lanes; i += 4 * lanes)
            {
                s0 += Vector.Load(x + i);
                s1 += Vector.Load(x + i + lanes);
                s2 += Vector.Load(x + i + 2 * lanes);
                s3 += Vector.Load(x + i + 3 * lanes);
            }
            for (; i <= count - lanes; i += lanes)
                s0 += Vector.Load(x + i);
            float sum = Vector.Sum(s0 + s1 + (s2 + s3));
            for (; i < count; i++)
                sum += x[i];
            return sum;
        }
    }

    private readonly struct CountCorrectJob(
        double* partials, float* logits, float* labels, int rows, int classes, int rowsPerChunk) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int end = Math.Min(rows, (chunk + 1) * rowsPerChunk);
            int correct = 0;
            for (int row = chunk * rowsPerChunk; row < end; row++)
            {
                float* values = logits + (nint)row * classes;
                int label = (int)labels[row];
                float own = values[label];
                // The first of equals wins: nothing before the label may reach its value, nothing after it exceed it.
                if (Greatest(values, label) < own && Greatest(values + label + 1, classes - label - 1) <= own)
                    correct++;
            }
            partials[chunk] = correct;
        }
    }

    /// <summary>The greatest of some values; negative infinity of none.</summary>
    private static float Greatest(float* x, int count)
    {
        float greatest = float.NegativeInfinity;
        int i = 0;
        if (count >= Vector<float>.Count)
        {
            Vector<float> lanes = Vector.Load(x);
            for (i = Vector<float>.Count; i <= count - Vector<float>.Count; i += Vector<float>.Count)
                lanes = Vector.Max(lanes, Vector.Load(x + i));
            for (int lane = 0; lane < Vector<float>.Count; lane++)
                greatest = MathF.Max(greatest, lanes[lane]);
        }
        for (; i < count; i++)
            greatest = MathF.Max(greatest, x[i]);
        return greatest;
    }
}
