using ILGPU;
using ILGPU.Runtime;
using Values = ILGPU.ArrayView<float>;

namespace ManSharp.Tensors.Gpu;

internal sealed partial class GpuKernels
{
    private Action<AcceleratorStream, KernelConfig, Values, float, int>? fill;
    private Action<AcceleratorStream, KernelConfig, Values, Values, int>? copy;

    public void Fill(Tensor y, float value)
    {
        Calls++;
        fill ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, float, int>>(FillKernel);
        fill(stream, Flat(y.Length), y.View(), value, y.Length);
    }

    public void Copy(Tensor y, Tensor x)
    {
        Calls++;
        copy ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values, int>>(CopyKernel);
        copy(stream, Flat(y.Length), y.View(), x.View(), y.Length);
    }

    public void Upload(Tensor y, ReadOnlySpan<float> x)
    {
        Calls++;
        HostSynchronizations++;
        try
        {
            y.View().SubView(0, x.Length).CopyFromCPU(stream, x);
        }
        catch (AcceleratorException exception)
        {
            throw GpuRuntime.Explain(exception)!;
        }
    }

    public void Download(Span<float> y, Tensor x)
    {
        Calls++;
        HostSynchronizations++;
        try
        {
            x.View().SubView(0, y.Length).CopyToCPU(stream, y);
        }
        catch (AcceleratorException exception)
        {
            throw GpuRuntime.Explain(exception)!;
        }
    }

    private static void FillKernel(Values y, float value, int length)
    {
        int i = FlatIndex;
        if (IsInside(i, length))
            y[i] = value;
    }

    private static void CopyKernel(Values y, Values x, int length)
    {
        int i = FlatIndex;
        if (IsInside(i, length))
            y[i] = x[i];
    }
}
