using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using ManSharp.Tensors.Memory;

namespace ManSharp.Tensors.Gpu;

/// <summary>Segments of a GPU's memory, as bytes: views of another element type are cut from them.</summary>
internal sealed class GpuMemorySource : IMemorySource
{
    /// <summary>What ILGPU assumes of a view that a kernel is given, and what coalesced loads like.</summary>
    internal const int Alignment = 256;

    private const CLDeviceInfoType MaxAllocation = (CLDeviceInfoType)0x1010; // CL_DEVICE_MAX_MEM_ALLOC_SIZE

    private Accelerator? accelerator;

    public int AlignmentBytes => Alignment;

    public long TotalBytes => accelerator!.MemorySize;

    /// <summary>Known to CUDA's driver; OpenCL has no word for it.</summary>
    public long? FreeBytes => (accelerator as CudaAccelerator)?.GetFreeMemory();

    /// <summary>OpenCL drivers grant a part of their memory at once, often a quarter.</summary>
    public long LargestBytes => accelerator is CLAccelerator opencl
        ? (long)Math.Min(CLAPI.CurrentAPI.GetDeviceInfo<ulong>(opencl.DeviceId, MaxAllocation), long.MaxValue)
        : long.MaxValue;

    internal void Attach(Accelerator device) => accelerator = device;

    public object? Allocate(long bytes)
    {
        try
        {
            return accelerator!.Allocate1D<byte>(bytes);
        }
        catch (Exception exception) when (exception is AcceleratorException or OutOfMemoryException)
        {
            return null;
        }
    }

    public void Free(object segment) => ((MemoryBuffer)segment).Dispose();
}

/// <summary>From a tensor to what kernels take.</summary>
internal static class GpuTensor
{
    /// <summary>The values; a tensor of another device is refused.</summary>
    internal static ArrayView<float> View(this Tensor tensor)
    {
        MemoryBlock block = tensor.Block;
        return Segment(block).View.BaseView
            .SubView(block.OffsetBytes + (long)tensor.Offset * sizeof(float), (long)tensor.Length * sizeof(float))
            .Cast<float>();
    }

    /// <summary>The driver's buffer and the byte at which the values begin.</summary>
    internal static (MemoryBuffer Buffer, long Offset) Place(this Tensor tensor) =>
        (Segment(tensor.Block), tensor.Block.OffsetBytes + (long)tensor.Offset * sizeof(float));

    /// <summary>Whether the first value lies at a multiple of 16 bytes, so that four can be loaded at once.</summary>
    internal static bool IsAligned(this Tensor tensor) => tensor.Offset % 4 == 0;

    private static MemoryBuffer1D<byte, Stride1D.Dense> Segment(MemoryBlock block) =>
        block.Segment as MemoryBuffer1D<byte, Stride1D.Dense> ?? throw new DeviceException(
            $"Tensor: memory of a GPU was expected. Got memory of {block.Segment.GetType().Name}. "
            + "Use one device throughout.");
}
