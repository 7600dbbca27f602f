using System.Runtime.InteropServices;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using ManSharp.Tensors.Memory;

namespace ManSharp.Tensors.Gpu;

/// <summary>
/// Host memory beside a GPU's stream: page-locked by CUDA, which copies it while kernels run; ordinary memory for
/// OpenCL, whose drivers may copy it once more before they send it.
/// </summary>
/// <remarks>
/// ILGPU's own copies wait for the stream, except from its page-locked arrays, and those wait on OpenCL. So this asks
/// the drivers, through ILGPU's bindings.
/// </remarks>
internal sealed unsafe class GpuStaging : StagingBuffer
{
    // A page, so that a driver may lock the memory.
    private const int HostAlignment = 4096;

    private readonly GpuKernels kernels;
    private readonly Accelerator accelerator;
    private readonly StreamMark mark;
    private readonly float* memory;
    private int downloaded;
    private long markedAt;

    internal GpuStaging(GpuKernels kernels, Accelerator accelerator, int length) : base(length)
    {
        (this.kernels, this.accelerator) = (kernels, accelerator);
        mark = StreamMark.For(accelerator);
        memory = Allocate(accelerator, (nint)length * sizeof(float));
    }

    public override bool IsDone
    {
        get
        {
            try
            {
                return mark.IsReached;
            }
            catch (AcceleratorException exception)
            {
                throw GpuRuntime.Explain(exception)!;
            }
        }
    }

    public override ReadOnlySpan<float> Values => new(memory, downloaded);

    public override void Wait()
    {
        if (IsDone)
            return;
        kernels.CountWait(markedAt);
        try
        {
            mark.Wait();
        }
        catch (AcceleratorException exception)
        {
            throw GpuRuntime.Explain(exception)!;
        }
    }

    public override void Upload(Tensor y, ReadOnlySpan<float> x)
    {
        CheckLength(x.Length);
        Wait();
        x.CopyTo(new Span<float>(memory, Length));
        (MemoryBuffer buffer, long offset) = y.Place();
        nint bytes = (nint)x.Length * sizeof(float);
        if (accelerator is CudaAccelerator)
            CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.MemcpyAsync(
                (nint)(buffer.NativePtr + offset), (nint)memory, bytes, accelerator.DefaultStream));
        else
            CLException.ThrowIfFailed(CLAPI.CurrentAPI.WriteBuffer(
                accelerator.DefaultStream, buffer.NativePtr, false, (nint)offset, bytes, (nint)memory));
        Mark();
    }

    public override void BeginDownload(Tensor x)
    {
        CheckLength(x.Length);
        Wait();
        downloaded = x.Length;
        (MemoryBuffer buffer, long offset) = x.Place();
        nint bytes = (nint)x.Length * sizeof(float);
        if (accelerator is CudaAccelerator)
            CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.MemcpyAsync(
                (nint)memory, (nint)(buffer.NativePtr + offset), bytes, accelerator.DefaultStream));
        else
            CLException.ThrowIfFailed(CLAPI.CurrentAPI.ReadBuffer(
                accelerator.DefaultStream, buffer.NativePtr, false, (nint)offset, bytes, (nint)memory));
        Mark();
    }

    public override void Dispose()
    {
        try
        {
            mark.Wait();
        }
        catch (AcceleratorException)
        {
            // The device failed, which was said where it was asked for results; nothing is copied any more.
        }
        mark.Dispose();
        if (accelerator is CudaAccelerator)
            CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.FreeHostMemory((nint)memory));
        else
            NativeMemory.AlignedFree(memory);
        base.Dispose();
    }

    private void Mark()
    {
        mark.Set();
        markedAt = kernels.CountCopy();
    }

    private static float* Allocate(Accelerator accelerator, nint bytes)
    {
        if (accelerator is not CudaAccelerator)
            return (float*)NativeMemory.AlignedAlloc((nuint)bytes, HostAlignment);
        accelerator.Bind();
        CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.AllocateHostMemory(out nint pointer, bytes));
        return (float*)pointer;
    }
}
