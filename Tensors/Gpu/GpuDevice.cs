using ILGPU;
using ILGPU.Runtime;
using ManSharp.Tensors.Dry;
using ManSharp.Tensors.Kernels;
using ManSharp.Tensors.Memory;

namespace ManSharp.Tensors.Gpu;

/// <summary>A GPU, or a processor behind an OpenCL driver: kernels that ILGPU compiles, in one stream.</summary>
internal sealed class GpuDevice : Device
{
    private readonly Context context;
    private readonly Accelerator accelerator;
    private readonly GpuKernels kernels;

    private readonly GpuMemorySource source;
    private readonly GpuStyle style;

    private GpuDevice(
        Context context, Accelerator accelerator, GpuDescription description, GpuMemorySource source, GpuStyle style)
        : base(description.Id, source)
    {
        this.context = context;
        this.accelerator = accelerator;
        this.source = source;
        this.style = style;
        source.Attach(accelerator);
        kernels = new GpuKernels(accelerator, style);
    }

    public override IKernels Kernels => kernels;

    public override bool HasDriver => true;

    public override Precision Precision => style == GpuStyle.CudaTensor ? Precision.Tf32 : Precision.Fp32;

    public override long KernelLaunches => kernels.Launches;

    public override long HostSynchronizations => kernels.HostSynchronizations;

    public override long HostWaits => kernels.HostWaits;

    public override StagingBuffer CreateStaging(int length) => new GpuStaging(kernels, accelerator, length);

    public override Device CreateDry() => new DryDevice(style, source.LargestBytes);

    /// <summary>Opens the device of a kind ("cuda" or "opencl") and number.</summary>
    internal static GpuDevice Open(string kind, int index, Precision precision)
    {
        Context context = GpuRuntime.CreateContext();
        try
        {
            GpuDescription description = GpuRuntime.Find(context, kind, index);
            GpuStyle style = StyleOf(description, precision);
            return new GpuDevice(
                context, GpuRuntime.CreateAccelerator(context, description), description, new GpuMemorySource(), style);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    /// <summary>How the kernels of a device are written at a precision.</summary>
    /// <exception cref="DeviceException">The device has no tensor cores that take tf32.</exception>
    internal static GpuStyle StyleOf(GpuDescription description, Precision precision)
    {
        if (precision == Precision.Fp32)
            return description.Style;
        bool known = Version.TryParse(description.ComputeCapability, out Version? capability);
        if (description.Style == GpuStyle.Cuda && known && capability!.Major >= 8)
            return GpuStyle.CudaTensor;
        string found = known ? $"compute capability {description.ComputeCapability}" : "no known compute capability";
        throw new DeviceException(
            "Device: tf32 was expected on a CUDA device of compute capability 8.0 or more, whose tensor cores it is for. "
            + $"Got {description.Id} ({description.Name}, {found}). Use --precision fp32.");
    }

    public override void Dispose()
    {
        kernels.Dispose();
        base.Dispose();
        accelerator.Dispose();
        context.Dispose();
    }
}
