namespace ManSharp.Tensors.Gpu;

/// <summary>How kernels are written and cut for a kind of device.</summary>
internal enum GpuStyle
{
    /// <summary>NVIDIA GPUs: unrolled register tiles.</summary>
    Cuda,
    /// <summary>Other vendors' GPUs: the same tiles, nothing that is NVIDIA's own.</summary>
    OpenCl,
    /// <summary>A processor that poses as an OpenCL device (PoCL): small tiles, loops kept.</summary>
    Processor,
}
