using ManSharp.Cli;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Pure.Cli;

public sealed class FailureTests
{
    [Fact]
    public void A_device_without_room_points_to_the_plan()
    {
        using Device device = Device.Dry();
        device.Memory.BudgetBytes = 64;
        DeviceException exception = Assert.Throws<DeviceException>(() => device.Rent(new Shape(17)));
        (int exitCode, string message) = Failure.Describe(exception);
        Assert.Equal(ExitCode.BadInput, exitCode);
        Assert.Contains("may hold 64 bytes. Got a request for 128 bytes while 0 are live", message);
        Assert.EndsWith("mansharp plan --budget BYTES, with the same options, says what fits.", message);
    }

    [Fact]
    public void Other_faults_of_a_device_do_not() => Assert.DoesNotContain(
        "plan", Failure.Describe(Assert.Throws<DeviceException>(() => Device.Parse("quantum"))).Message);
}
