namespace ManSharp.Tensors.Gpu;

/// <summary>How kernels are written and cut for a kind of device.</summary>
internal enum GpuStyle
{
    /// <summary>NVIDIA GPUs: unrolled register tiles.</summary>
    Cuda,
    /// <summary>NVIDIA GPUs from compute capability 8.0, products of tf32 operands by tensor cores.</summary>
    CudaTensor,
    /// <summary>Other vendors' GPUs: the same tiles, nothing that is NVIDIA's own.</summary>
    OpenCl,
    /// <summary>A processor that poses as an OpenCL device (PoCL): small tiles, loops kept.</summary>
    Processor,
}
