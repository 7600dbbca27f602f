using ManSharp.Tensors.Gpu;

namespace ManSharp.Tensors;

/// <summary>A device that is absent, out of memory, or asked for memory that it no longer holds.</summary>
public sealed class DeviceException : Exception
{
    /// <summary>Creates the error from its whole text: what was expected, what was got, the remedy.</summary>
    public DeviceException(string message) : base(message) { }

    /// <summary>Creates the error from its whole text and the driver's or runtime's own error.</summary>
    public DeviceException(string message, Exception inner) : base(message, inner) { }

    /// <summary>Whether memory was asked for that the device or its budget does not have.</summary>
    public bool IsOutOfMemory { get; private init; }

    /// <summary>
    /// What an error of a driver means: itself where it is one of ours already; null where no driver said it. Drivers
    /// may grant memory and miss it, or fail, at any later call.
    /// </summary>
    public static DeviceException? Of(Exception exception) =>
        exception as DeviceException ?? GpuRuntime.Explain(exception);

    internal static DeviceException OutOfMemory(string message, Exception? inner = null) =>
        new(message, inner!) { IsOutOfMemory = true };
}
