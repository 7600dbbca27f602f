using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Planning;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Whole.Training;

/// <summary>What a step takes, predicted and measured, and that it gives everything back.</summary>
public sealed class StepMemoryTests
{
    private const int MostAllocatedBytes = 16 * 1024;

    [Theory]
    [InlineData(8, "bp")]
    [InlineData(8, "infopro")]
    [InlineData(8, "man")]
    [InlineData(8, "infopro+ema")]
    [InlineData(20, "bp")]
    [InlineData(20, "infopro")]
    [InlineData(20, "man")]
    [InlineData(20, "infopro+ema")]
    [InlineData(32, "bp")]
    [InlineData(32, "infopro")]
    [InlineData(32, "man")]
    [InlineData(32, "infopro+ema")]
    public void The_dry_device_predicts_the_peak_to_the_byte(int depth, string method)
    {
        NetworkPlan plan = TrainingSetup.Plan(method, depth, imageSize: 16);
        using Device device = Device.Cpu(1);
        using var trainer = new LocalTrainer(device, plan, seed: 1);
        foreach (int batch in new[] { 2, 5, 12 })
        {
            using var buffers = new InputBuffers(device, plan, batch, [0.5f, 0.4f, 0.3f], [0.2f, 0.25f, 0.3f]);
            device.Memory.ResetPeak();
            trainer.Step(
                buffers.Load(HostValues.Normal(batch * 16 * 16 * 3, seed: 1), [.. Enumerable.Range(0, batch).Select(i => (float)(i % 10))]),
                rate: 0.1f);
            StepCost predicted = StepCost.Predict(plan, batch);
            Assert.Equal((batch, predicted.PeakBytes), (batch, device.Memory.PeakBytes));
            Assert.Equal((batch, predicted.LiveBytes), (batch, device.Memory.LiveBytes));
        }
    }

    [Theory]
    [InlineData("bp")]
    [InlineData("man")]
    [InlineData("infopro")]
    public void From_the_third_step_on_the_pool_neither_grows_nor_keeps(string method)
    {
        NetworkPlan plan = TrainingSetup.Plan(method, depth: 32, imageSize: 32);
        using Device device = Device.Dry();
        using var trainer = new LocalTrainer(device, plan, seed: 1);
        TrainingInput input = TrainingSetup.Batch(device, plan, 128);
        long between = device.Memory.LiveBytes;
        trainer.Step(input, rate: 0.1f);
        trainer.Step(input, rate: 0.1f);
        int growths = device.Memory.Growths;
        // More than one segment, or nothing would be shown.
        Assert.True(growths > 1, $"{growths} segments");
        for (int step = 0; step < 8; step++)
        {
            trainer.Step(input, rate: 0.1f);
            Assert.Equal((growths, between), (device.Memory.Growths, device.Memory.LiveBytes));
        }
    }

    [Fact]
    public void Local_learning_peaks_below_end_to_end_training()
    {
        long Peak(string method) => StepCost.Predict(TrainingSetup.Plan(method, depth: 32, imageSize: 32), batch: 128).PeakBytes;
        (long endToEnd, long man, long infopro) = (Peak("bp"), Peak("man"), Peak("infopro"));
        Assert.True(man < endToEnd, $"man {man}, bp {endToEnd}");
        Assert.True(infopro < man, $"infopro {infopro}, man {man}");
    }

    [Theory]
    [InlineData("bp")]
    [InlineData("man")]
    [InlineData("infopro+bias")]
    public void Everything_is_returned(string method)
    {
        NetworkPlan plan = TrainingSetup.Plan(method);
        using Device device = Device.Cpu(1);
        TrainingInput input = TrainingSetup.Batch(device, plan, 3);
        long batch = device.Memory.LiveBytes;
        using (var trainer = new LocalTrainer(device, plan, seed: 1))
        {
            long between = device.Memory.LiveBytes;
            trainer.Step(input, rate: 0.1f);
            Assert.Equal(between, device.Memory.LiveBytes);
            trainer.Predict(input.Images).Release();
            Assert.Equal(between, device.Memory.LiveBytes);
        }
        Assert.Equal(batch, device.Memory.LiveBytes);
        input.Release();
        Assert.Equal(0, device.Memory.LiveBytes);
    }

    [Theory]
    [InlineData("bp")]
    [InlineData("man")]
    public void A_step_allocates_next_to_nothing_on_the_managed_heap(string method)
    {
        NetworkPlan plan = TrainingSetup.Plan(method, depth: 20);
        using Device device = Device.Cpu(1);
        using var trainer = new LocalTrainer(device, plan, seed: 1);
        TrainingInput input = TrainingSetup.Batch(device, plan, 2);
        const int steps = 4;
        for (int step = 0; step < 3; step++)
            trainer.Step(input, rate: 0.1f);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 0; step < steps; step++)
            trainer.Step(input, rate: 0.1f);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / steps, 0, MostAllocatedBytes);
    }
}
