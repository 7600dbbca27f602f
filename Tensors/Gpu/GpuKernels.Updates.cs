using ILGPU;
using ILGPU.Runtime;
using Values = ILGPU.ArrayView<float>;

namespace ManSharp.Tensors.Gpu;

internal sealed partial class GpuKernels
{
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, int, float, float,
        float, int>? sgd;
    private Action<AcceleratorStream, KernelConfig, Values, Values, int, float>? ema;

    public void SgdStep(Tensor w, Tensor v, Tensor gradient, float rate, float momentum, float weightDecay, bool nesterov)
    {
        Calls++;
        sgd ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values, Values, int,
            float, float, float, int>>(SgdStepKernel);
        sgd(
            stream, Flat(w.Length), w.View(), v.View(), gradient.View(), w.Length, rate, momentum, weightDecay,
            nesterov ? 1 : 0);
    }

    public void EmaUpdate(Tensor average, Tensor value, float momentum)
    {
        Calls++;
        ema ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values, int, float>>(
            EmaUpdateKernel);
        ema(stream, Flat(average.Length), average.View(), value.View(), average.Length, momentum);
    }

    private static void SgdStepKernel(
        Values w, Values v, Values gradient, int length, float rate, float momentum,
        float weightDecay, int nesterov)
    {
        int i = FlatIndex;
        if (!IsInside(i, length))
            return;
        float g = gradient[i] + w[i] * weightDecay;
        float velocity = v[i] * momentum + g;
        v[i] = velocity;
        w[i] -= (nesterov != 0 ? g + velocity * momentum : velocity) * rate;
    }

    private static void EmaUpdateKernel(Values average, Values value, int length, float momentum)
    {
        int i = FlatIndex;
        if (IsInside(i, length))
            average[i] = average[i] * momentum + value[i] * (1f - momentum);
    }
}
