using ManSharp.Cli;
using ManSharp.LocalLearning.SelfTest;
using ManSharp.Tensors;
using ManSharp.Tests.Whole.Training;
using Xunit;

namespace ManSharp.Tests.Whole;

/// <summary>What happens to a device that computes wrong numbers before anything is trained on it.</summary>
public sealed class DeviceTrialTests
{
    [Fact]
    public void A_device_that_computes_right_passes_in_one_line()
    {
        using Device device = FaultyDevice.With("none");
        using var output = new StringWriter();
        Assert.Equal("passed", Devices.Try(device, force: false, output));
        Assert.Matches(@"^self-test of faulty against the CPU engine \.\.\. passed in \d+\.\d s\n$", output.ToString());
        Assert.Equal(0, device.Memory.LiveBytes);
    }

    [Fact]
    public void The_CPU_engine_is_not_tried()
    {
        using Device device = Device.Cpu(1);
        using var output = new StringWriter();
        Assert.Null(Devices.Try(device, force: false, output));
        Assert.Empty(output.ToString());
        Assert.Equal(0, device.Kernels.Calls);
    }

    [Theory]
    [InlineData("one wrong pixel", "conv2d with a deviation of ")]
    [InlineData("1% of the label gradient", "losses with a deviation of ")]
    [InlineData("no weight decay", "updates with a deviation of ")]
    [InlineData("no Nesterov", "updates with a deviation of ")]
    [InlineData("N for N-1", "batch norm with a deviation of ")]
    [InlineData("no kernels", "gemm: Device: faulty could not compile the kernel Gemm. Got: 42.")]
    public void A_device_that_computes_wrong_is_named_and_refused_unless_forced(string fault, string finding)
    {
        using Device device = FaultyDevice.With(fault);
        using var output = new StringWriter();
        var error = Assert.Throws<DeviceException>(() => Devices.Try(device, force: false, output));
        Assert.Contains("Device: faulty was expected to compute what the CPU engine does.", error.Message);
        Assert.Contains(finding, error.Message);
        Assert.Contains("--force", error.Message);
        Assert.Contains("FAILED in ", output.ToString());

        Assert.Equal("failed", Devices.Try(device, force: true, output));
        Assert.Contains("warning: faulty computes wrong numbers and is used because of --force: ", output.ToString());
    }

    [Fact]
    public void The_brief_self_test_looks_at_each_family_that_a_step_spends_its_time_in()
    {
        using Device device = FaultyDevice.With("none");
        Assert.Equal(
            ["memory", "elementwise", "reduce", "gemm", "conv2d", "batch norm", "losses", "updates", "training"],
            DeviceSelfTest.RunBrief(device).Select(finding => finding.Name));
    }
}
