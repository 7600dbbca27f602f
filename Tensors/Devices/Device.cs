using ManSharp.Tensors.Cpu;
using ManSharp.Tensors.Dry;
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

    /// <summary>This machine's processor.</summary>
    /// <param name="threads">Worker threads; 0 for one a core.</param>
    public static Device Cpu(int threads = 0) => new CpuDevice(threads);

    /// <summary>Allocates and computes nothing, but meters every byte as <see cref="Cpu"/> would.</summary>
    public static Device Dry() => new DryDevice();

    /// <summary>The device of a name given by a person: auto, cpu or dry.</summary>
    /// <param name="text">The name.</param>
    /// <param name="threads">Worker threads of the CPU; 0 for one a core.</param>
    /// <exception cref="DeviceException">There is no device of that name.</exception>
    public static Device Parse(string text, int threads = 0) => text switch
    {
        "auto" or "cpu" => Cpu(threads),
        "dry" => Dry(),
        _ => throw new DeviceException($"Device: one of auto, cpu, dry was expected. Got '{text}'."),
    };

    /// <summary>Rents a tensor from the device's pool; its values are undefined until they are written.</summary>
    public Tensor Rent(Shape shape) => Memory.Rent(shape);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        Memory.Dispose();
        GC.SuppressFinalize(this);
    }
}
