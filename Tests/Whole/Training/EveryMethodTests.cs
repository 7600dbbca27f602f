using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Planning;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Whole.Training;

/// <summary>What every method must hold: isolation of blocks, a loss that falls, memory that is predicted and returned.</summary>
public sealed class EveryMethodTests
{
    /// <summary>Every base alone and with each decorator.</summary>
    public static TheoryData<string> Local =>
        [.. LocalMethod.Names.Where(name => !LocalMethod.Parse(name).EndToEnd && name.Contains('+', StringComparison.Ordinal)
            || BaseMethod.All.Any(method => method.Name == name && !method.EndToEnd))];

    [Theory]
    [MemberData(nameof(Local))]
    public void Another_auxiliary_of_a_later_block_leaves_the_gradients_of_earlier_ones_bit_identical(string method)
    {
        NetworkPlan plan = Plan(method);
        List<float[]> before = Gradients(plan, (_, _) => { });
        List<float[]> after = Gradients(plan, (device, trainer) =>
        {
            foreach (var named in trainer.Blocks[^2].Parameters.Declaration.Parameters)
                if (named.Name.StartsWith("heads.", StringComparison.Ordinal) && named.Parameter.Shape.Rank > 1)
                    device.Kernels.Scale(named.Parameter.Value, named.Parameter.Value, -2, Tensors.Kernels.Write.Set);
        });
        for (int i = 0; i < before.Count; i++)
            if (i == before.Count - 2)
                Assert.NotEqual(before[i], after[i]);
            else
                Assert.Equal(before[i], after[i]);
    }

    [Theory]
    [MemberData(nameof(Local))]
    [InlineData("checkpoint")]
    public void The_dry_device_predicts_the_peak_to_the_byte_and_everything_is_returned(string method)
    {
        NetworkPlan plan = Plan(method);
        using Device device = Device.Cpu(1);
        using var buffers = new InputBuffers(device, plan, 5, [0.5f, 0.4f, 0.3f], [0.2f, 0.25f, 0.3f]);
        TrainingInput input = buffers.Load(
            HostValues.Normal(5 * plan.ImageSize * plan.ImageSize * 3, seed: 1), [.. Enumerable.Range(0, 5).Select(i => (float)i)]);
        long batch = device.Memory.LiveBytes;
        using (var trainer = new LocalTrainer(device, plan, seed: 1))
        {
            long between = device.Memory.LiveBytes;
            device.Memory.ResetPeak();
            trainer.Step(input, rate: 0.1f);
            Assert.Equal(StepCost.Predict(plan, 5).PeakBytes, device.Memory.PeakBytes);
            Assert.Equal(between, device.Memory.LiveBytes);
        }
        Assert.Equal(batch, device.Memory.LiveBytes);
    }

    [Theory]
    [MemberData(nameof(Local))]
    [InlineData("checkpoint")]
    public void Every_block_s_loss_falls_on_a_batch_that_is_learned_by_heart(string method)
    {
        NetworkPlan plan = Plan(method);
        using Device device = Device.Cpu(1);
        using var trainer = new LocalTrainer(device, plan, seed: 2);
        TrainingInput input = TrainingSetup.Batch(device, plan, 12);
        List<float> Losses()
        {
            trainer.Step(input, rate: 0.05f);
            return [.. trainer.Report().Blocks.Select(block => block.Total)];
        }
        List<float> first = Losses();
        for (int step = 0; step < 24; step++)
            Losses();
        List<float> last = Losses();
        for (int i = 0; i < first.Count; i++)
            Assert.True(last[i] < 0.9f * first[i], $"block {i}: {string.Join(", ", first)} to {string.Join(", ", last)}");
    }

    [Theory]
    [InlineData("dgl")]
    [InlineData("predsim")]
    [InlineData("auglocal+man")]
    [InlineData("infopro+man++")]
    [InlineData("checkpoint")]
    public void A_step_allocates_next_to_nothing_on_the_managed_heap(string method)
    {
        NetworkPlan plan = Plan(method);
        using Device device = Device.Cpu(1);
        using var trainer = new LocalTrainer(device, plan, seed: 1);
        TrainingInput input = TrainingSetup.Batch(device, plan, 2);
        for (int step = 0; step < 3; step++)
            trainer.Step(input, rate: 0.1f);
        long before = GC.GetAllocatedBytesForCurrentThread();
        trainer.Step(input, rate: 0.1f);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 1024);
    }

    [Theory]
    [InlineData("infopro+man++")]
    [InlineData("dgl+man++")]
    public void The_stem_of_man_plus_plus_is_a_block_and_its_mix_is_learned(string method)
    {
        NetworkPlan plan = Plan(method);
        Assert.True(plan.Partition.StemBlock);
        Assert.Equal(4, plan.Partition.Blocks);
        using Device device = Device.Cpu(1);
        using var trainer = new LocalTrainer(device, plan, seed: 1);
        TrainingInput input = TrainingSetup.Batch(device, plan, 5);
        float Mix(int block) => device.Values(
            trainer.Blocks[block].Parameters.Declaration.Parameters.Single(p => p.Name == $"mix.{block}").Parameter.Value)[0];
        Assert.Equal([1f, 1f, 1f], Enumerable.Range(0, 3).Select(Mix));
        trainer.Step(input, rate: 0.1f);
        Assert.All(Enumerable.Range(0, 3).Select(Mix), mix => Assert.True(mix != 1 && MathF.Abs(mix - 1) < 0.5f, $"{mix}"));
        Assert.Contains(trainer.Blocks[0].Parameters.Declaration.Parameters, p => p.Name == "conv1.weight");
        Assert.DoesNotContain(
            trainer.Blocks[0].Parameters.Declaration.Parameters, p => p.Name.StartsWith("layers.", StringComparison.Ordinal));
        trainer.Predict(input.Images).Release();
    }

    private static NetworkPlan Plan(string method)
    {
        NetworkPlan plan = TrainingSetup.Plan(method);
        return new Cut().Apply(plan with { Method = plan.Method with { Weights = new LossWeights(0.5f, 0.2f, 1, 1) } }, 2);
    }

    private static List<float[]> Gradients(NetworkPlan plan, Action<Device, LocalTrainer> change)
    {
        using Device device = Device.Cpu(1);
        using var trainer = new LocalTrainer(device, plan, seed: 1);
        change(device, trainer);
        var gradients = new List<float[]>();
        trainer.GradientsReady = block => gradients.Add(device.Values(block.Parameters.Gradients));
        trainer.Step(TrainingSetup.Batch(device, plan, 5), rate: 0.1f);
        return gradients;
    }
}
