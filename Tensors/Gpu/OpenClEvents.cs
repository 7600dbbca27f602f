using System.Runtime.InteropServices;
using ILGPU.Runtime.OpenCL;

namespace ManSharp.Tensors.Gpu;

/// <summary>OpenCL's events, which ILGPU 1.5.3 keeps to itself.</summary>
internal static unsafe partial class OpenClEvents
{
    // CL_EVENT_COMMAND_EXECUTION_STATUS and CL_COMPLETE; a negative status is an error.
    private const uint ExecutionStatus = 0x11D3;
    private const int Complete = 0;

    /// <summary>An event that is complete when everything before it in the queue is.</summary>
    internal static nint Mark(nint queue)
    {
        CLException.ThrowIfFailed(EnqueueMarker(queue, 0, null, out nint handle));
        return handle;
    }

    internal static bool IsComplete(nint handle)
    {
        int status;
        CLException.ThrowIfFailed(GetInfo(handle, ExecutionStatus, sizeof(int), &status, null));
        if (status < Complete)
            CLException.ThrowIfFailed((CLError)status);
        return status == Complete;
    }

    internal static void Wait(nint handle) => CLException.ThrowIfFailed(WaitFor(1, &handle));

    internal static void Release(nint handle) => CLException.ThrowIfFailed(ReleaseEvent(handle));

    [LibraryImport(GpuRuntime.OpenClLibrary, EntryPoint = "clEnqueueMarkerWithWaitList")]
    private static partial CLError EnqueueMarker(nint queue, uint waitCount, nint* waitList, out nint handle);

    [LibraryImport(GpuRuntime.OpenClLibrary, EntryPoint = "clGetEventInfo")]
    private static partial CLError GetInfo(nint handle, uint name, nint size, int* value, nint* sizeOfValue);

    [LibraryImport(GpuRuntime.OpenClLibrary, EntryPoint = "clWaitForEvents")]
    private static partial CLError WaitFor(uint count, nint* handles);

    [LibraryImport(GpuRuntime.OpenClLibrary, EntryPoint = "clReleaseEvent")]
    private static partial CLError ReleaseEvent(nint handle);
}
