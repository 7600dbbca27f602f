using System.Numerics;

namespace ManSharp.Tensors.Cpu;

internal sealed unsafe partial class CpuKernels
{
    public void SgdStep(Tensor w, Tensor v, Tensor gradient, float rate, float momentum, float weightDecay,
        bool nesterov)
    {
        Calls++;
        team.Run(
            new SgdJob(w.Pointer(), v.Pointer(), gradient.Pointer(), w.Length, rate, momentum, weightDecay, nesterov),
            Chunks(w.Length));
    }

    public void EmaUpdate(Tensor average, Tensor value, float momentum)
    {
        Calls++;
        team.Run(new EmaJob(average.Pointer(), value.Pointer(), average.Length, momentum), Chunks(average.Length));
    }

    private readonly struct SgdJob(
        float* w, float* v, float* gradient, int length, float rate, float momentum, float weightDecay, bool nesterov)
        : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int i = ChunkStart(chunk, length, out int count);
            int end = i + count;
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> weight = Vector.Load(w + i);
                Vector<float> g = Vector.Load(gradient + i) + weight * weightDecay;
                Vector<float> velocity = Vector.Load(v + i) * momentum + g;
                velocity.Store(v + i);
                Vector<float> direction = nesterov ? g + velocity * momentum : velocity;
                (weight - direction * rate).Store(w + i);
            }
            for (; i < end; i++)
            {
                float g = gradient[i] + w[i] * weightDecay;
                v[i] = v[i] * momentum + g;
                w[i] -= (nesterov ? g + v[i] * momentum : v[i]) * rate;
            }
        }
    }

    private readonly struct EmaJob(float* average, float* value, int length, float momentum) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int i = ChunkStart(chunk, length, out int count);
            int end = i + count;
            float share = 1 - momentum;
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
                (Vector.Load(average + i) * momentum + Vector.Load(value + i) * share).Store(average + i);
            for (; i < end; i++)
                average[i] = average[i] * momentum + value[i] * share;
        }
    }
}
