using ILGPU;
using ILGPU.Runtime;
using ManSharp.Tensors.Dry;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Gpu;

/// <summary>A GPU, or a processor behind an OpenCL driver: kernels that ILGPU compiles, in one stream.</summary>
internal sealed class GpuDevice : Device
{
    private readonly Context context;
    private readonly Accelerator accelerator;
    private readonly GpuKernels kernels;

    private GpuDevice(Context context, Accelerator accelerator, GpuDescription description, GpuMemorySource source)
        : base(description.Id, source)
    {
        this.context = context;
        this.accelerator = accelerator;
        Description = description;
        source.Attach(accelerator);
        kernels = new GpuKernels(accelerator, description.Style);
    }

    internal GpuDescription Description { get; }

    public override IKernels Kernels => kernels;

    public override long KernelLaunches => kernels.Launches;

    public override long HostSynchronizations => kernels.HostSynchronizations;

    public override Device CreateDry() => new DryDevice(Description.Style);

    /// <summary>Opens the device of a kind ("cuda" or "opencl") and number.</summary>
    internal static GpuDevice Open(string kind, int index)
    {
        Context context = GpuRuntime.CreateContext();
        try
        {
            GpuDescription description = GpuRuntime.Find(context, kind, index);
            return new GpuDevice(
                context, GpuRuntime.CreateAccelerator(context, description), description, new GpuMemorySource());
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    public override void Dispose()
    {
        kernels.Dispose();
        base.Dispose();
        accelerator.Dispose();
        context.Dispose();
    }
}
