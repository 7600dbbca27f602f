using ManSharp.Layers.Training;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Planning;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;
using ManSharp.Tensors.Memory;
using ManSharp.Tests.Whole.Training;
using Xunit;

namespace ManSharp.Tests.Whole.Planning;

/// <summary>What a block's peak consists of, against a trainer on the CPU whose pool books nothing.</summary>
public sealed class BlockMemoryTests
{
    private const int Batch = 5, ImageSize = 16;

    [Theory]
    [InlineData("bp", null)]
    [InlineData("checkpoint", null)]
    [InlineData("greedy", 3)]
    [InlineData("dgl+man", 2)]
    [InlineData("predsim+bias", 3)]
    [InlineData("infopro", 9)]
    [InlineData("man", 4)]
    [InlineData("man", 9)]
    [InlineData("man++", 9)]
    [InlineData("auglocal+ema", 4)]
    public void Every_blocks_parts_add_up_to_the_peak_that_is_measured_on_the_cpu(string method, int? blocks)
    {
        NetworkPlan plan = Plan(method, blocks);
        StepCost cost = StepCost.Predict(plan, Batch);
        using Device device = Device.Cpu(1);
        (long[] peaks, LocalTrainer trainer, InputBuffers buffers) = Measure(device, plan);
        using (trainer)
        using (buffers)
        {
            Assert.Equal(peaks, cost.Blocks.Select(block => block.PeakBytes));
            Assert.Equal(peaks.Max(), cost.PeakBytes);
            Assert.Equal(device.Memory.LiveBytes, cost.LiveBytes);
            for (int i = 0; i < peaks.Length; i++)
                CheckParts(device, trainer.Blocks[i], cost.Blocks[i], cost.LiveBytes);
        }
    }

    [Fact]
    public void The_peak_names_its_block_and_its_phase()
    {
        StepCost cost = StepCost.Predict(Plan("man", 3), 32);
        Assert.Equal([0, 1, 2], cost.Blocks.Select(block => block.Block));
        Assert.Equal((0, StepPhase.Backward), (cost.Greatest.Block, cost.Greatest.Phase));
        Assert.Equal(cost.PeakBytes, cost.Greatest.PeakBytes);
    }

    [Fact]
    public void Momentum_is_auxiliary_memory_and_leaves_the_blocks_own_alone()
    {
        StepCost plain = StepCost.Predict(Plan("infopro", 3), 32), man = StepCost.Predict(Plan("infopro+man", 3), 32);
        for (int i = 0; i < 3; i++)
        {
            (BlockMemory without, BlockMemory with) = (plain.Blocks[i], man.Blocks[i]);
            Assert.Equal((without.ParameterBytes, without.OptimizerBytes), (with.ParameterBytes, with.OptimizerBytes));
            if (i < 2)
                Assert.True(with.AuxiliaryBytes > without.AuxiliaryBytes);
            else
                Assert.Equal((0, 0), (with.AuxiliaryBytes, without.AuxiliaryBytes));
        }
    }

    [Theory]
    [InlineData("bp")]
    [InlineData("man")]
    public void A_dry_run_draws_no_first_values(string method)
    {
        // Drawing would write each parameter; what is left clears the optimizers' state and the counts of the report.
        using Device device = Device.Dry();
        using var trainer = new LocalTrainer(device, Plan(method, null), seed: 1);
        Assert.Equal(trainer.Blocks.Count + 1, device.Kernels.Calls);
    }

    [Theory]
    [InlineData("cuda", 256)]
    [InlineData("opencl", 256)]
    [InlineData("cpu", 64)]
    public void Predictions_have_the_alignment_of_their_device(string like, int alignment)
    {
        using Device device = Device.Dry(like), again = device.CreateDry();
        NetworkPlan plan = Plan("man", 3);
        StepCost cost = StepCost.Predict(plan, Batch, device);
        Assert.Equal(cost.PeakBytes, StepCost.Predict(plan, Batch, again).PeakBytes);
        Assert.All(cost.Blocks, block => Assert.Equal(0, block.PeakBytes % alignment));
        bool same = cost.PeakBytes == StepCost.Predict(plan, Batch).PeakBytes;
        Assert.Equal(like == "cpu", same);
    }

    [Theory]
    [InlineData("bp")]
    [InlineData("man")]
    public void A_budget_of_the_prediction_suffices_and_one_byte_less_does_not(string method)
    {
        NetworkPlan plan = Plan(method, null);
        MemoryLayout layout = StepCost.Predict(plan, Batch).Layout;
        using (Device device = Device.Cpu(1))
        {
            device.Memory.BudgetBytes = layout.Bytes;
            Assert.True(device.Memory.Reserve(layout));
            (_, LocalTrainer trainer, InputBuffers buffers) = Measure(device, plan);
            trainer.Predict(buffers.First(Batch).Images).Release();
            buffers.Dispose();
            trainer.Dispose();
            Assert.Equal(layout.Bytes, device.Memory.ReservedBytes);
        }
        using Device less = Device.Cpu(1);
        less.Memory.BudgetBytes = layout.Bytes - 1;
        Assert.False(less.Memory.Reserve(layout));
        Assert.True(Assert.Throws<DeviceException>(() => Measure(less, plan)).IsOutOfMemory);
    }

    private static NetworkPlan Plan(string method, int? blocks)
    {
        NetworkPlan plan = TrainingSetup.Plan(method, depth: 20, ImageSize, blocks);
        return plan.Method.Decorator.Mixes ? plan with { Partition = plan.Partition.WithStemBlock() } : plan;
    }

    // The peak of each block's step, the second time it is taken.
    private static (long[] Peaks, LocalTrainer Trainer, InputBuffers Buffers) Measure(Device device, NetworkPlan plan)
    {
        var trainer = new LocalTrainer(device, plan, seed: 1);
        var buffers = new InputBuffers(device, plan, Batch, [0.5f, 0.4f, 0.3f], [0.2f, 0.25f, 0.3f]);
        TrainingInput input = buffers.Load(
            HostValues.Normal(Batch * ImageSize * ImageSize * 3, seed: 1),
            [.. Enumerable.Range(0, Batch).Select(i => (float)(i % 4))]);
        trainer.Step(input, rate: 0.1f);
        var peaks = new List<long>();
        trainer.PhaseBegins = (_, phase) =>
        {
            if (phase == StepPhase.Forward)
                device.Memory.ResetPeak();
            else if (phase == StepPhase.Update)
                peaks.Add(device.Memory.PeakBytes);
        };
        trainer.Step(input, rate: 0.1f);
        trainer.PhaseBegins = null;
        return ([.. peaks], trainer, buffers);
    }

    private static void CheckParts(Device device, LocalBlock block, BlockMemory parts, long live)
    {
        long Bytes(Tensor tensor) => device.Memory.BytesOf(tensor.Shape);
        ParameterBuffer own = block.Parameters;
        long state = Bytes(own.Values) + Bytes(own.Statistics) + Bytes(block.Optimizer.Velocity);
        if (block.Average is { } average)
            state += Bytes(average.Parameters.Values) + Bytes(average.Parameters.Statistics);
        // What is live between steps is this block's or is elsewhere.
        Assert.Equal(live - state, parts.ElsewhereBytes);
        long network = parts.ParameterBytes + parts.OptimizerBytes;
        Assert.InRange(network, 2 * sizeof(float) * block.NetworkParameterCount, state);
        Assert.True(parts.ActivationBytes > 0 && parts.WorkspaceBytes >= Bytes(own.Values), $"{parts}");
        if (block.Objective is ClassifierObjective)
            Assert.Equal((0, state), (parts.AuxiliaryBytes, network));
        else
            Assert.True(parts.AuxiliaryBytes >= state - network, $"{parts}");
    }
}
