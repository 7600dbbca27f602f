using ILGPU.Runtime.OpenCL;
using ManSharp.Cli;
using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Planning;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Whole;

/// <summary>What a person reads when a device's memory does not suffice.</summary>
public sealed class OutOfMemoryTests
{
    [Fact]
    public void The_text_says_what_was_asked_for_held_and_free()
    {
        using Device device = new SmallDevice(50 << 20);
        device.Rent(new Shape(10 << 20));
        var error = Assert.Throws<DeviceException>(() => device.Rent(new Shape(4 << 20)));
        Assert.True(error.IsOutOfMemory);
        Assert.Equal(
            $"Memory: room for {16 << 20} bytes was expected on small, which has {50 << 20} in all. Got none, with "
            + $"{40 << 20} bytes live, {40 << 20} held by the pool and {10 << 20} free. Use a smaller batch or "
            + "more blocks.",
            error.Message);
        Assert.Equal(50 << 20, device.Memory.RoomBytes);
    }

    [Fact]
    public void A_segment_that_is_too_long_for_the_driver_says_how_long_one_may_be()
    {
        using Device device = new SmallDevice(1 << 30, largestBytes: 64 << 20);
        var error = Assert.Throws<DeviceException>(() => device.Rent(new Shape(20 << 20)));
        Assert.Contains($"which has {1 << 30} in all, {64 << 20} at once. Got none", error.Message);
    }

    [Fact]
    public void A_request_beyond_the_budget_is_a_lack_of_memory()
    {
        using Device device = Device.Dry();
        device.Memory.BudgetBytes = 1024;
        Assert.True(Assert.Throws<DeviceException>(() => device.Rent(new Shape(1000))).IsOutOfMemory);
        Assert.False(Assert.Throws<DeviceException>(() => Device.Parse("quantum")).IsOutOfMemory);
    }

    [Fact]
    public void A_step_that_does_not_fit_says_which_batch_would()
    {
        NetworkSpec network = NetworkSpec.CifarResNet(8, classes: 10);
        var plan = new NetworkPlan
        {
            Network = network, Partition = Partition.For(network, 1), ImageSize = 32, Method = LocalMethod.Parse("bp"),
        };
        using Device device = new SmallDevice(16 << 20);
        long whole = StepCost.Predict(plan, 64, device).HeldBytes;
        long quarter = StepCost.Predict(plan, 16, device).HeldBytes;
        Assert.True(whole > 16 << 20 && quarter < 16 << 20, $"{whole} and {quarter}: the test's sizes are off");

        var error = Assert.Throws<InputException>(
            () => MemoryAdvice.Around(plan, 64, device, () => Step(device, plan, 64)));
        Assert.Contains("room for ", error.Message);
        Assert.EndsWith(
            $"Training with --batch 64 needs {Words.Bytes(whole)}, --batch 16 {Words.Bytes(quarter)}. "
            + "mansharp plan --budget SIZE finds a cut that fits.", error.Message);
        using Device again = new SmallDevice(16 << 20);
        Assert.Equal(0, Step(again, plan, 16));
    }

    [Fact]
    public void What_a_driver_says_late_becomes_an_error_with_a_remedy()
    {
        DeviceException memory = DeviceException.Of(new CLException(CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE))!;
        Assert.True(memory.IsOutOfMemory);
        Assert.Contains("Use a smaller batch or more blocks.", memory.Message);
        DeviceException other = DeviceException.Of(new CLException(CLError.CL_INVALID_KERNEL_ARGS))!;
        Assert.False(other.IsOutOfMemory);
        Assert.Contains("bring the driver up to date", other.Message);
        Assert.Same(memory, DeviceException.Of(memory));
        Assert.Null(DeviceException.Of(new InvalidOperationException("not a driver's")));
    }

    private static int Step(Device device, NetworkPlan plan, int batch)
    {
        using var trainer = new LocalTrainer(device, plan, seed: 1);
        using var buffers = new InputBuffers(device, plan, batch, [0.5f, 0.5f, 0.5f], [0.25f, 0.25f, 0.25f]);
        trainer.Step(buffers.Load(new float[batch * 32 * 32 * 3], new float[batch]), 0.1f);
        return 0;
    }
}
