using System.Diagnostics;
using System.Globalization;
using ManSharp.LocalLearning.SelfTest;
using ManSharp.Tensors;

namespace ManSharp.Cli;

/// <summary>What a person asked for.</summary>
/// <param name="Name">auto, cpu, cuda:0, opencl:0.</param>
/// <param name="Threads">Worker threads of the CPU; 0 for one a core.</param>
/// <param name="Precision">How products take their operands.</param>
/// <param name="Force">Whether a device is used even where its self-test fails.</param>
internal sealed record DeviceChoice(string Name, int Threads, Precision Precision, bool Force)
{
    // Beyond this decoding is faster than any training.
    private const int MostLoaders = 8;

    /// <summary>Threads that read and decode images while the device computes.</summary>
    internal int Loaders => Math.Clamp(Threads / 2, 1, MostLoaders);
}

/// <summary>A device that is ready to compute.</summary>
/// <param name="Device">The device; whoever holds this disposes of it.</param>
/// <param name="SelfTest">"passed", "failed" (and forced), or null where there is nothing to try.</param>
internal sealed record OpenedDevice(Device Device, string? SelfTest) : IDisposable
{
    public void Dispose() => Device.Dispose();
}

/// <summary>Opens the device that a person named, and tries it first where a driver could return wrong numbers.</summary>
internal static class Devices
{
    /// <summary>A device that really computes, and computes right.</summary>
    /// <param name="choice">What was asked for.</param>
    /// <param name="output">Gets a line about the self-test of a device that has one.</param>
    /// <exception cref="DeviceException">There is none of that name, or it computes wrong numbers.</exception>
    internal static OpenedDevice Open(DeviceChoice choice, TextWriter output)
    {
        Device device = OpenUntried(choice.Name, choice.Threads, choice.Precision);
        try
        {
            return new OpenedDevice(device, Try(device, choice.Force, output));
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    /// <summary>A device that really computes, for a command that compares its numbers itself.</summary>
    /// <exception cref="DeviceException">There is none of that name.</exception>
    internal static Device OpenUntried(string name, int threads, Precision precision)
    {
        Device device = Device.Parse(name, threads, precision);
        if (device.Computes)
            return device;
        device.Dispose();
        throw new InputException(
            $"--device: auto, cpu, cuda:0 or opencl:0 was expected. Got '{name}', which counts memory and computes nothing.");
    }

    /// <summary>
    /// The brief self-test of a device that a driver runs; the CPU engine, which it is compared with, is not tried.
    /// </summary>
    /// <returns>"passed", "failed", or null for a device without a driver.</returns>
    /// <exception cref="DeviceException">The device computes wrong numbers and is not to be used all the same.</exception>
    internal static string? Try(Device device, bool force, TextWriter output)
    {
        if (!device.HasDriver)
            return null;
        // The driver's compiler takes seconds where it has not kept the kernels from an earlier run.
        output.Write($"self-test of {device.Name} against the CPU engine ... ");
        output.Flush();
        long start = Stopwatch.GetTimestamp();
        List<SelfTestFinding> failed = [.. DeviceSelfTest.RunBrief(device).Where(finding => !finding.Passes)];
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(failed.Count == 0 ? "passed" : "FAILED")} in {seconds:0.0} s"));
        if (failed.Count == 0)
            return "passed";
        string found = string.Join("; ", failed.Select(Describe));
        if (!force)
            throw new DeviceException(
                $"Device: {device.Name} was expected to compute what the CPU engine does. Got {found}. Use --device cpu, "
                + $"bring the driver up to date, or add --force to use it all the same; mansharp devices --device {device.Name} "
                + "shows every finding.");
        output.WriteLine($"warning: {device.Name} computes wrong numbers and is used because of --force: {found}");
        return "failed";
    }

    private static string Describe(SelfTestFinding finding) => finding.Error is { } error
        ? $"{finding.Name}: {error}"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{finding.Name} with a deviation of {finding.Deviation:0.0e+00} where {finding.Allowed:0.0e+00} is allowed");
}
