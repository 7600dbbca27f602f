using ManSharp.Tensors;

namespace ManSharp.Tests.Conformance;

/// <summary>A device to test. Devices of one family must agree in every bit.</summary>
internal sealed record TestDevice(string Name, string Family, Device Device);

/// <summary>Every device that is present. They live as long as the test run.</summary>
internal static class TestDevices
{
    private static readonly Lazy<IReadOnlyList<TestDevice>> Present = new(() =>
    [
        new TestDevice("cpu with 1 thread", "cpu", Device.Cpu(1)),
        new TestDevice("cpu with 2 threads", "cpu", Device.Cpu(2)),
        new TestDevice("cpu with 3 threads", "cpu", Device.Cpu(3)),
    ]);

    /// <summary>The devices; one test at a time may use them, holding <see cref="Gate"/>.</summary>
    internal static IReadOnlyList<TestDevice> All => Present.Value;

    /// <summary>A pool serves one thread.</summary>
    internal static Lock Gate { get; } = new();
}
