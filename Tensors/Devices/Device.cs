using System.Globalization;
using ManSharp.Tensors.Cpu;
using ManSharp.Tensors.Dry;
using ManSharp.Tensors.Gpu;
using ManSharp.Tensors.Kernels;
using ManSharp.Tensors.Memory;

namespace ManSharp.Tensors;

/// <summary>
/// A processor with its kernels and its memory pool. Whoever makes a device disposes of it; everything rented from its
/// pool is gone with it.
/// </summary>
public abstract class Device : IDisposable
{
    private protected Device(string name, IMemorySource source)
    {
        Name = name;
        Memory = new MemoryPool(source, name);
    }

    /// <summary>What messages and tables call the device, such as "cpu" or "dry".</summary>
    public string Name { get; }

    /// <summary>The pool that every tensor of this device comes from.</summary>
    public MemoryPool Memory { get; }

    /// <summary>What the device computes.</summary>
    public abstract IKernels Kernels { get; }

    /// <summary>Whether kernels really compute; false for the dry device, whose values are undefined.</summary>
    public virtual bool Computes => true;

    /// <summary>
    /// Whether a vendor's driver compiles and runs the kernels. Drivers do return wrong numbers: such a device is tried
    /// against the CPU engine before it is believed.
    /// </summary>
    public virtual bool HasDriver => false;

    /// <summary>How products take their operands.</summary>
    public virtual Precision Precision => Precision.Fp32;

    /// <summary>Kernels launched on the device since it was made; 0 for the CPU, which launches none.</summary>
    public virtual long KernelLaunches => 0;

    /// <summary>
    /// How often the host waited until the device had done all that it was told, since it was made: while it waits, and
    /// until it has told the device something new, the device stands still.
    /// </summary>
    public virtual long HostSynchronizations => 0;

    /// <summary>
    /// How often the host waited for a copy that was begun earlier, with later work in the device's queue, since it was
    /// made. The device does not stand still; the host is kept from running further ahead.
    /// </summary>
    public virtual long HostWaits => 0;

    /// <summary>
    /// Host memory that is copied from and to while the host goes on. Whoever asks for it disposes of it before the
    /// device.
    /// </summary>
    /// <param name="length">The most values of a copy.</param>
    public virtual StagingBuffer CreateStaging(int length) => new DirectStaging(Kernels, length);

    /// <summary>A dry device that meters memory exactly as this one does: its alignment, its scratch sizes.</summary>
    public virtual Device CreateDry() => Dry();

    /// <summary>This machine's processor.</summary>
    /// <param name="threads">Worker threads; 0 for one a core.</param>
    public static Device Cpu(int threads = 0) => new CpuDevice(threads);

    /// <summary>An NVIDIA GPU, through its driver.</summary>
    /// <param name="index">Its number in the driver's order.</param>
    /// <param name="precision">How products take their operands.</param>
    /// <exception cref="DeviceException">There is no such device (the text lists those that there are), or it has no tensor cores for tf32.</exception>
    public static Device Cuda(int index = 0, Precision precision = Precision.Fp32) =>
        GpuDevice.Open("cuda", index, precision);

    /// <summary>A device of any vendor, through OpenCL.</summary>
    /// <param name="index">Its number, over all platforms.</param>
    /// <exception cref="DeviceException">There is no such device; the text lists those that there are.</exception>
    public static Device OpenCl(int index = 0) => GpuDevice.Open("opencl", index, Precision.Fp32);

    /// <summary>Allocates and computes nothing, but meters every byte as another device would.</summary>
    /// <param name="like">"cpu", "cuda", "cuda-tf32", "opencl" (a GPU) or "processor" (a CPU behind OpenCL).</param>
    /// <exception cref="DeviceException">There is no such kind.</exception>
    public static Device Dry(string like = "cpu") => new DryDevice(like switch
    {
        "cpu" => null,
        "cuda" => GpuStyle.Cuda,
        "cuda-tf32" => GpuStyle.CudaTensor,
        "opencl" => GpuStyle.OpenCl,
        "processor" => GpuStyle.Processor,
        _ => throw new DeviceException($"Device: dry like one of cpu, cuda, cuda-tf32, opencl, processor was expected. Got '{like}'."),
    });

    /// <summary>The GPUs that drivers show: all of CUDA, then all of OpenCL.</summary>
    public static IReadOnlyList<GpuDescription> ListGpus() => GpuRuntime.List();

    /// <summary>
    /// The device of a name given by a person: auto, cpu, cuda:0, opencl:0, dry, dry:cuda. The number may be left out.
    /// auto is the first CUDA device, else the first GPU of OpenCL, else the CPU; a processor behind OpenCL is never
    /// chosen.
    /// </summary>
    /// <param name="text">The name.</param>
    /// <param name="threads">Worker threads of the CPU; 0 for one a core.</param>
    /// <param name="precision">How products take their operands; only CUDA devices have another than float32.</param>
    /// <exception cref="DeviceException">There is no device of that name, or it has no such precision.</exception>
    public static Device Parse(string text, int threads = 0, Precision precision = Precision.Fp32)
    {
        string[] parts = text.Split(':');
        int index = 0;
        bool numbered = parts.Length == 1
            || (parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index));
        if (precision != Precision.Fp32 && parts[0] is not ("cuda" or "auto"))
            throw new DeviceException(
                "Device: tf32 was expected on a CUDA device of compute capability 8.0 or more, whose tensor cores it is for. "
                + $"Got '{text}'. Use --precision fp32 or --device cuda.");
        return parts[0] switch
        {
            "auto" when parts.Length == 1 => Parse(BestId(), threads, precision),
            "cpu" when parts.Length == 1 => Cpu(threads),
            "cuda" when numbered => Cuda(index, precision),
            "opencl" when numbered => OpenCl(index),
            "dry" when parts.Length <= 2 => Dry(parts.Length == 2 ? parts[1] : "cpu"),
            _ => throw new DeviceException(
                $"Device: one of auto, cpu, cuda:0, opencl:0, dry was expected. Got '{text}'. "
                + "`mansharp devices` lists what there is."),
        };
    }

    /// <summary>The name of the device that "auto" means.</summary>
    public static string BestId() => ListGpus().FirstOrDefault(gpu => !gpu.IsProcessor)?.Id ?? "cpu";

    /// <summary>
    /// The dry device that meters as the device of a name given by a person would. That device is not opened; a cuda or
    /// opencl device need not even be there, and an opencl device that is not is taken for a GPU.
    /// </summary>
    /// <param name="text">A name that <see cref="Parse"/> knows.</param>
    /// <exception cref="DeviceException">There is no device of that name.</exception>
    public static Device ParseDry(string text)
    {
        string id = text == "auto" ? BestId() : text is "cuda" or "opencl" ? $"{text}:0" : text;
        if (id == "cpu")
            return Dry();
        string[] parts = id.Split(':');
        bool numbered = parts.Length == 2
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out _);
        if (!numbered || parts[0] is not ("cuda" or "opencl"))
            return Parse(id);
        GpuStyle absent = parts[0] == "cuda" ? GpuStyle.Cuda : GpuStyle.OpenCl;
        return new DryDevice(ListGpus().FirstOrDefault(gpu => gpu.Id == id)?.Style ?? absent);
    }

    /// <summary>Rents a tensor from the device's pool; its values are undefined until they are written.</summary>
    public Tensor Rent(Shape shape) => Memory.Rent(shape);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        Memory.Dispose();
        GC.SuppressFinalize(this);
    }
}
