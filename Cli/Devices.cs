using ManSharp.Tensors;

namespace ManSharp.Cli;

/// <summary>The device that a person named.</summary>
internal static class Devices
{
    /// <summary>A device that really computes.</summary>
    /// <exception cref="DeviceException">There is none of that name.</exception>
    internal static Device Open(string name, int threads)
    {
        Device device = Device.Parse(name, threads);
        if (device.Computes)
            return device;
        device.Dispose();
        throw new InputException(
            $"--device: auto or cpu was expected. Got '{name}', which counts memory and computes nothing.");
    }
}
