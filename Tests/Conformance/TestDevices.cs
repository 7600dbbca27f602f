using ManSharp.Tensors;
using ManSharp.Tensors.Cpu;

namespace ManSharp.Tests.Conformance;

/// <summary>A device to test. Devices of one family must agree in every bit.</summary>
internal sealed record TestDevice(string Name, string Family, Device Device);

/// <summary>
/// Every device that is present: the CPU, and what drivers show. MANSHARP_TEST_DEVICES=cpu leaves the drivers alone. They
/// live as long as the test run.
/// </summary>
internal static class TestDevices
{
    private static readonly Lazy<IReadOnlyList<TestDevice>> Present = new(Open);

    /// <summary>The devices; one test at a time may use them, holding <see cref="Gate"/>.</summary>
    internal static IReadOnlyList<TestDevice> All => Present.Value;

    /// <summary>A pool serves one thread.</summary>
    internal static Lock Gate { get; } = new();

    private static List<TestDevice> Open()
    {
        List<TestDevice> devices =
        [
            new("cpu with 1 thread", "cpu", Device.Cpu(1)),
            new("cpu with 2 threads, all work on the second", "cpu", new CpuDevice(2, callerWaits: true)),
            new("cpu with 3 threads", "cpu", Device.Cpu(3)),
        ];
        if (Environment.GetEnvironmentVariable("MANSHARP_TEST_DEVICES") == "cpu")
            return devices;
        foreach (GpuDescription description in Device.ListGpus())
            devices.Add(new(description.Id, description.Id, Device.Parse(description.Id)));
        return devices;
    }
}
