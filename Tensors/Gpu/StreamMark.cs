using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace ManSharp.Tensors.Gpu;

/// <summary>A place in a stream that the host can ask about, and wait for, without emptying the stream.</summary>
internal abstract class StreamMark : IDisposable
{
    /// <summary>Whether the device got to the place that was marked last; true before anything was marked.</summary>
    internal abstract bool IsReached { get; }

    /// <summary>Marks the place behind everything that was called so far, and lets the driver begin with it.</summary>
    internal abstract void Set();

    /// <summary>Waits until the device is there.</summary>
    internal abstract void Wait();

    public abstract void Dispose();

    internal static StreamMark For(Accelerator accelerator) =>
        accelerator is CudaAccelerator cuda ? new CudaMark(cuda) : new OpenClMark((CLStream)accelerator.DefaultStream);

    /// <summary>An event of CUDA, recorded again and again.</summary>
    private sealed class CudaMark : StreamMark
    {
        private const CudaEventFlags DisableTiming = (CudaEventFlags)2;

        private readonly CudaAccelerator accelerator;
        private readonly nint handle;
        private bool set;

        internal CudaMark(CudaAccelerator accelerator)
        {
            this.accelerator = accelerator;
            accelerator.Bind();
            CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.CreateEvent(out handle, DisableTiming));
        }

        internal override bool IsReached
        {
            get
            {
                if (!set)
                    return true;
                accelerator.Bind();
                CudaError state = CudaAPI.CurrentAPI.QueryEvent(handle);
                if (state == CudaError.CUDA_ERROR_NOT_READY)
                    return false;
                CudaException.ThrowIfFailed(state);
                return true;
            }
        }

        internal override void Set()
        {
            accelerator.Bind();
            CudaException.ThrowIfFailed(
                CudaAPI.CurrentAPI.RecordEvent(handle, ((CudaStream)accelerator.DefaultStream).StreamPtr));
            set = true;
        }

        internal override void Wait()
        {
            if (!set)
                return;
            accelerator.Bind();
            CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.SynchronizeEvent(handle));
        }

        public override void Dispose()
        {
            accelerator.Bind();
            CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.DestroyEvent(handle));
        }
    }

    /// <summary>OpenCL makes an event a mark.</summary>
    private sealed class OpenClMark(CLStream stream) : StreamMark
    {
        private nint handle;

        internal override bool IsReached => handle == 0 || OpenClEvents.IsComplete(handle);

        internal override void Set()
        {
            Dispose();
            handle = OpenClEvents.Mark(stream.CommandQueue);
            CLException.ThrowIfFailed(CLAPI.CurrentAPI.FlushCommandQueue(stream.CommandQueue));
        }

        internal override void Wait()
        {
            if (handle != 0)
                OpenClEvents.Wait(handle);
        }

        public override void Dispose()
        {
            if (handle != 0)
                OpenClEvents.Release(handle);
            handle = 0;
        }
    }
}
