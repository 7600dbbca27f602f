using System.Text.Json;
using ManSharp.Tests.Conformance;
using ManSharp.Tests.Pure.Datasets;
using Xunit;

namespace ManSharp.Tests.Whole.Cli;

/// <summary>Commands on a GPU, or on a processor behind OpenCL, as a person runs them.</summary>
public sealed class GpuCommandTests : IDisposable
{
    private readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Train_tries_the_device_first_and_writes_what_it_was()
    {
        string device = Gpu();
        // Drivers write to the error stream as they like.
        CliProcess.Result result = CliProcess.Run(
            scratch.Path, "train", "--device", device, "--network", "resnet8", "--blocks", "3", "--limit", "64",
            "--batch", "32", "--epochs", "1", "--out", "run");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Matches($@"^self-test of {device} against the CPU engine \.\.\. passed in \d+\.\d s\n", result.Output);
        Assert.Contains($"on {device} (fp32)", result.Output);
        Assert.Matches(@"peak memory +(\d+\.\d [MG]B) +measured; \1 predicted", result.Output);
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(Path.Combine(scratch.Path, "run", "config.json")));
        Assert.Equal(device, config.RootElement.GetProperty("device").GetString());
        Assert.Equal("fp32", config.RootElement.GetProperty("precision").GetString());
        Assert.Equal("passed", config.RootElement.GetProperty("selfTest").GetString());
    }

    [Fact]
    public void A_benchmark_of_steps_reports_launches_and_no_synchronization()
    {
        string device = Gpu();
        CliProcess.Result result = CliProcess.Run(
            scratch.Path, "bench", "step", "--device", device, "--network", "resnet8", "--size", "16", "--batch", "8",
            "--steps", "4", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        JsonElement line = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(device, line.GetProperty("device").GetString());
        Assert.Equal("passed", line.GetProperty("selfTest").GetString());
        Assert.Equal(0, line.GetProperty("hostSynchronizations").GetDouble());
        Assert.InRange(line.GetProperty("hostWaits").GetDouble(), 0, 1);
        Assert.True(line.GetProperty("kernelLaunches").GetInt64() > line.GetProperty("kernelCalls").GetInt64());
        Assert.Equal(0, line.GetProperty("poolGrowths").GetInt64());
        Assert.Equal(line.GetProperty("predictedPeakBytes").GetInt64(), line.GetProperty("peakBytes").GetInt64());
        Assert.Equal(line.GetProperty("predictedHeldBytes").GetInt64(), line.GetProperty("heldBytes").GetInt64());
    }

    private static string Gpu()
    {
        TestDevice? present = TestDevices.All.FirstOrDefault(device => device.Device.HasDriver);
        Assert.SkipWhen(present is null, "needs a CUDA or OpenCL device (pocl-opencl-icd is one); no driver shows any");
        return present!.Name;
    }
}
