using System.Numerics;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

internal sealed unsafe partial class CpuKernels
{
    public void Unary<TOperation>(Tensor y, Tensor x) where TOperation : struct, IUnaryOperation
    {
        Calls++;
        team.Run(new UnaryJob<TOperation>(y.Pointer(), x.Pointer(), y.Length), Chunks(y.Length));
    }

    public void UnaryGradient<TOperation>(Tensor dx, Tensor dy, Tensor x, Tensor y, Write write)
        where TOperation : struct, IUnaryOperation
    {
        Calls++;
        team.Run(
            new UnaryGradientJob<TOperation>(dx.Pointer(), dy.Pointer(), x.Pointer(), y.Pointer(), dx.Length, write),
            Chunks(dx.Length));
    }

    public void Binary<TOperation>(Tensor z, Tensor a, Tensor b) where TOperation : struct, IBinaryOperation
    {
        Calls++;
        team.Run(new BinaryJob<TOperation>(z.Pointer(), a.Pointer(), b.Pointer(), z.Length), Chunks(z.Length));
    }

    public void Scale(Tensor y, Tensor x, float factor, Write write)
    {
        Calls++;
        team.Run(new ScaleJob(y.Pointer(), x.Pointer(), y.Length, factor, write), Chunks(y.Length));
    }

    public void Affine(Tensor y, Tensor x, Tensor scale, Tensor shift)
    {
        Calls++;
        RowPlan plan = PlanRows(x.Length, x.Shape.Last);
        float* wide = (float*)Workspace(plan.Width);
        plan.Widen(wide, scale.Pointer());
        plan.Widen(wide + plan.Width, shift.Pointer());
        team.Run(new AffineJob(y.Pointer(), x.Pointer(), wide, wide + plan.Width, plan), plan.Chunks);
    }

    public void Dropout(Tensor y, Tensor x, float probability, ulong key, Write write)
    {
        Calls++;
        team.Run(
            new DropoutJob
            {
                Y = y.Pointer(), X = x.Pointer(), Length = y.Length, Probability = probability, Key = key,
                Add = write == Write.Add,
            },
            Chunks(y.Length));
    }

    // Every job: whole vectors, then the last values of the last chunk one by one.
    private readonly struct UnaryJob<TOperation>(float* y, float* x, int length) : IChunkJob
        where TOperation : struct, IUnaryOperation
    {
        public void Run(int chunk, int worker)
        {
            int i = ChunkStart(chunk, length, out int count);
            int end = i + count;
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
                TOperation.Invoke(Vector.Load(x + i)).Store(y + i);
            for (; i < end; i++)
                y[i] = TOperation.Invoke(x[i]);
        }
    }

    private readonly struct UnaryGradientJob<TOperation>(float* dx, float* dy, float* x, float* y, int length,
        Write write)
        : IChunkJob where TOperation : struct, IUnaryOperation
    {
        public void Run(int chunk, int worker)
        {
            int i = ChunkStart(chunk, length, out int count);
            int end = i + count;
            bool add = write == Write.Add;
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> gradient = Vector.Load(dy + i)
                    * TOperation.Derivative(Vector.Load(x + i), Vector.Load(y + i));
                (add ? Vector.Load(dx + i) + gradient : gradient).Store(dx + i);
            }
            for (; i < end; i++)
            {
                float gradient = dy[i] * TOperation.Derivative(x[i], y[i]);
                dx[i] = add ? dx[i] + gradient : gradient;
            }
        }
    }

    private readonly struct BinaryJob<TOperation>(float* z, float* a, float* b, int length) : IChunkJob
        where TOperation : struct, IBinaryOperation
    {
        public void Run(int chunk, int worker)
        {
            int i = ChunkStart(chunk, length, out int count);
            int end = i + count;
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
                TOperation.Invoke(Vector.Load(a + i), Vector.Load(b + i)).Store(z + i);
            for (; i < end; i++)
                z[i] = TOperation.Invoke(a[i], b[i]);
        }
    }

    private readonly struct ScaleJob(float* y, float* x, int length, float factor, Write write) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int i = ChunkStart(chunk, length, out int count);
            int end = i + count;
            bool add = write == Write.Add;
            var factors = new Vector<float>(factor);
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> value = Vector.Load(x + i) * factors;
                (add ? Vector.Load(y + i) + value : value).Store(y + i);
            }
            for (; i < end; i++)
            {
                float value = x[i] * factor;
                y[i] = add ? y[i] + value : value;
            }
        }
    }

    private readonly struct AffineJob(float* y, float* x, float* scale, float* shift, RowPlan plan) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int start = plan.Start(chunk, out int count);
            int end = start + count;
            for (int row = start; row < end; row += plan.Width)
            {
                int width = Math.Min(plan.Width, end - row);
                float* from = x + row;
                float* to = y + row;
                int j = 0;
                for (; j <= width - Vector<float>.Count; j += Vector<float>.Count)
                    Vector.MultiplyAddEstimate(Vector.Load(from + j), Vector.Load(scale + j),
                        Vector.Load(shift + j)).Store(to + j);
                for (; j < width; j++)
                    to[j] = float.MultiplyAddEstimate(from[j], scale[j], shift[j]);
            }
        }
    }

    private struct DropoutJob : IChunkJob
    {
        internal float* Y, X;
        internal int Length;
        internal float Probability;
        internal ulong Key;
        internal bool Add;

        public readonly void Run(int chunk, int worker)
        {
            float scale = 1 / (1 - Probability);
            int start = ChunkStart(chunk, Length, out int count);
            for (int i = start; i < start + count; i++)
            {
                float number = (CounterRandom.At(Key, (ulong)i) >> 40) * (1f / (1 << 24));
                float value = number >= Probability ? X[i] * scale : 0f;
                Y[i] = Add ? Y[i] + value : value;
            }
        }
    }
}
