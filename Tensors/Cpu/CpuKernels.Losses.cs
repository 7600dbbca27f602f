using System.Numerics;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

internal sealed unsafe partial class CpuKernels
{
    public void SoftmaxCrossEntropy(Tensor loss, Tensor logits, Tensor labels)
    {
        Calls++;
        int classes = logits.Shape.Last;
        int rows = logits.Shape.Rows;
        int rowsPerChunk = RowsPerChunk(classes);
        int chunks = Chunks(rows, rowsPerChunk);
        double* partials = Workspace(chunks);
        team.Run(new SoftmaxJob(partials, logits.Pointer(), labels.Pointer(), rows, classes, rowsPerChunk), chunks);
        loss.Pointer()[0] = (float)(SumPartials(partials, chunks) / rows);
    }

    public void SoftmaxCrossEntropyGradient(Tensor dlogits, Tensor upstream, Tensor logits, Tensor labels, Write write)
    {
        Calls++;
        int classes = logits.Shape.Last;
        int rows = logits.Shape.Rows;
        int rowsPerChunk = RowsPerChunk(classes);
        float share = upstream.Pointer()[0] / rows;
        team.Run(
            new SoftmaxGradientJob(
                dlogits.Pointer(), logits.Pointer(), labels.Pointer(), share, rows, classes, rowsPerChunk,
                write == Write.Add),
            Chunks(rows, rowsPerChunk));
    }

    public void BinaryCrossEntropy(Tensor loss, Tensor logits, Tensor target)
    {
        Calls++;
        int chunks = Chunks(logits.Length);
        double* partials = Workspace(chunks);
        team.Run(new BinaryCrossEntropyJob(partials, logits.Pointer(), target.Pointer(), logits.Length), chunks);
        loss.Pointer()[0] = (float)(SumPartials(partials, chunks) / logits.Length);
    }

    public void BinaryCrossEntropyGradient(Tensor dlogits, Tensor upstream, Tensor logits, Tensor target, Write write)
    {
        Calls++;
        float share = upstream.Pointer()[0] / logits.Length;
        team.Run(
            new BinaryCrossEntropyGradientJob(
                dlogits.Pointer(), logits.Pointer(), target.Pointer(), share, logits.Length, write == Write.Add),
            Chunks(logits.Length));
    }

    /// <summary>The sum over i of exp(factor * x[i] - offset).</summary>
    private static float SumExp(float* x, int count, float factor, float offset)
    {
        Vector<float> sums = default;
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
            sums += Vector.Exp(Vector.Load(x + i) * factor - new Vector<float>(offset));
        float sum = Vector.Sum(sums);
        for (; i < count; i++)
            sum += MathF.Exp(x[i] * factor - offset);
        return sum;
    }

    private readonly struct SoftmaxJob(
        double* partials, float* logits, float* labels, int rows, int classes, int rowsPerChunk) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int end = Math.Min(rows, (chunk + 1) * rowsPerChunk);
            double sum = 0;
            for (int row = chunk * rowsPerChunk; row < end; row++)
            {
                float* values = logits + (nint)row * classes;
                float greatest = Greatest(values, classes);
                sum += MathF.Log(SumExp(values, classes, 1, greatest)) + (greatest - values[(int)labels[row]]);
            }
            partials[chunk] = sum;
        }
    }

    private readonly struct SoftmaxGradientJob(
        float* dlogits, float* logits, float* labels, float share, int rows, int classes, int rowsPerChunk, bool add)
            : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int end = Math.Min(rows, (chunk + 1) * rowsPerChunk);
            for (int row = chunk * rowsPerChunk; row < end; row++)
            {
                float* values = logits + (nint)row * classes;
                float* gradients = dlogits + (nint)row * classes;
                float greatest = Greatest(values, classes);
                float factor = share / SumExp(values, classes, 1, greatest);
                int j = 0;
                for (; j <= classes - Vector<float>.Count; j += Vector<float>.Count)
                {
                    Vector<float> value = Vector.Exp(Vector.Load(values + j) - new Vector<float>(greatest)) * factor;
                    (add ? Vector.Load(gradients + j) + value : value).Store(gradients + j);
                }
                for (; j < classes; j++)
                {
                    float value = MathF.Exp(values[j] - greatest) * factor;
                    gradients[j] = add ? gradients[j] + value : value;
                }
                gradients[(int)labels[row]] -= share;
            }
        }
    }

    private readonly struct BinaryCrossEntropyJob(double* partials, float* logits, float* target, int length)
        : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int start = ChunkStart(chunk, length, out int count);
            double sum = 0;
            for (int done = 0; done < count; done += FloatRun)
                sum += SumRun(logits + start + done, target + start + done, Math.Min(FloatRun, count - done));
            partials[chunk] = sum;
        }

        // max(z, 0) - z t + log(1 + exp(-|z|))
        private static float SumRun(float* z, float* t, int count)
        {
            Vector<float> sums = default;
            int i = 0;
            for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> value = Vector.Load(z + i);
                Vector<float> tail = Vector.Log(Vector<float>.One + Vector.Exp(-Vector.Abs(value)));
                sums += Vector.Max(value, Vector<float>.Zero) - value * Vector.Load(t + i) + tail;
            }
            float sum = Vector.Sum(sums);
            for (; i < count; i++)
                sum += MathF.Max(z[i], 0) - z[i] * t[i] + MathF.Log(1 + MathF.Exp(-MathF.Abs(z[i])));
            return sum;
        }
    }

    private readonly struct BinaryCrossEntropyGradientJob(
        float* dlogits, float* logits, float* target, float share, int length, bool add) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int i = ChunkStart(chunk, length, out int count);
            int end = i + count;
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> sigmoid = Vector<float>.One / (Vector<float>.One + Vector.Exp(-Vector.Load(logits + i)));
                Vector<float> value = (sigmoid - Vector.Load(target + i)) * share;
                (add ? Vector.Load(dlogits + i) + value : value).Store(dlogits + i);
            }
            for (; i < end; i++)
            {
                float value = (1 / (1 + MathF.Exp(-logits[i])) - target[i]) * share;
                dlogits[i] = add ? dlogits[i] + value : value;
            }
        }
    }
}
