using System.Runtime.InteropServices;

namespace ManSharp.Tensors.Cpu;

/// <summary>
/// A small buffer for each worker, for values that live within one chunk. It grows to what the largest plan wants
/// (some tens of KiB) and is freed with the kernels.
/// </summary>
internal sealed unsafe class WorkerMemory(int workers) : IDisposable
{
    private float* memory;
    private int length;

    /// <summary>The buffer of one worker.</summary>
    internal float* this[int worker] => memory + (nint)worker * length;

    /// <summary>Sees to it that each worker's buffer has room; no job may be running.</summary>
    internal void Reserve(int values)
    {
        if (values <= length)
            return;
        NativeMemory.AlignedFree(memory);
        length = (values + 31) / 16 * 16;
        memory = (float*)NativeMemory.AlignedAlloc((nuint)((long)workers * length * sizeof(float)), 64);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(memory);
        memory = null;
        length = 0;
    }
}
