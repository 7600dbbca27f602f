using ManSharp.Tensors.Gpu;

namespace ManSharp.Tensors;

/// <summary>A device that a driver shows.</summary>
public sealed record GpuDescription
{
    internal GpuDescription(
        string id, string name, long memoryBytes, string driver, string computeCapability, GpuStyle style)
    {
        (Id, Name, MemoryBytes, Driver) = (id, name, memoryBytes, driver);
        (ComputeCapability, Style) = (computeCapability, style);
    }

    /// <summary>What <see cref="Device.Parse"/> knows it by: "cuda:0".</summary>
    public string Id { get; }

    /// <summary>The vendor's name of the device.</summary>
    public string Name { get; }

    /// <summary>All of its memory.</summary>
    public long MemoryBytes { get; }

    /// <summary>The driver and its version.</summary>
    public string Driver { get; }

    /// <summary>NVIDIA's compute capability such as "9.0"; empty elsewhere.</summary>
    public string ComputeCapability { get; }

    /// <summary>Whether it is a processor that poses as an OpenCL device.</summary>
    public bool IsProcessor => Style == GpuStyle.Processor;

    internal GpuStyle Style { get; }
}
