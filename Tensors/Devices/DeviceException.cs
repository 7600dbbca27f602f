namespace ManSharp.Tensors;

/// <summary>A device that is absent, out of memory, or asked for memory that it no longer holds.</summary>
public sealed class DeviceException : Exception
{
    /// <summary>Creates the error from its whole text: what was expected, what was got, the remedy.</summary>
    public DeviceException(string message) : base(message) { }

    /// <summary>Creates the error from its whole text and the driver's or runtime's own error.</summary>
    public DeviceException(string message, Exception inner) : base(message, inner) { }

    /// <summary>Whether more memory was asked for than the device or its budget has: less would have been given.</summary>
    public bool IsOutOfMemory { get; private init; }

    internal static DeviceException OutOfMemory(string message) => new(message) { IsOutOfMemory = true };
}
