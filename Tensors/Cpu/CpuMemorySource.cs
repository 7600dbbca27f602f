using System.Runtime.InteropServices;
using ManSharp.Tensors.Memory;

namespace ManSharp.Tensors.Cpu;

/// <summary>Segments of the process's own memory, outside the garbage collector's heap, aligned to a cache line.</summary>
internal sealed unsafe class CpuMemorySource : IMemorySource
{
    /// <summary>A cache line, which is also the widest vector.</summary>
    internal const int Alignment = 64;

    // Register tiles load whole vectors and groups of six; what they read past the last value is never used.
    private const int SlackBytes = 256;

    public int AlignmentBytes => Alignment;

    public long TotalBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    public object? Allocate(long bytes)
    {
        try
        {
            return new CpuSegment((nint)NativeMemory.AlignedAlloc((nuint)(bytes + SlackBytes), 4096));
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }

    public void Free(object segment) => NativeMemory.AlignedFree((void*)((CpuSegment)segment).Address);
}

/// <summary>A segment's address.</summary>
internal sealed record CpuSegment(nint Address);

/// <summary>From a view to its address.</summary>
internal static unsafe class CpuTensor
{
    /// <summary>The address of the first value; null for the absent tensor.</summary>
    internal static float* Pointer(this Tensor tensor)
    {
        if (tensor.IsNone)
            return null;
        MemoryBlock block = tensor.Block;
        if (block.Segment is not CpuSegment segment)
            throw new DeviceException(
                $"Tensor: memory of the CPU device was expected. Got memory of {block.Segment.GetType().Name}. Use one device throughout.");
        return (float*)((byte*)segment.Address + block.OffsetBytes) + tensor.Offset;
    }
}
