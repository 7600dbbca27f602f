using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Whole.Training;

/// <summary>No block's loss reaches another block.</summary>
public sealed class BlockIsolationTests
{
    [Theory]
    [InlineData("man")]
    [InlineData("infopro")]
    [InlineData("infopro+ema")]
    [InlineData("infopro+bias")]
    public void Another_loss_of_a_later_block_leaves_the_gradients_of_earlier_ones_bit_identical(string method)
    {
        NetworkPlan plan = TrainingSetup.Plan(method);
        LossWeights weights = plan.Method.Weights;
        // Three blocks: the weights run from the first to the second; the third takes the classifier's loss.
        NetworkPlan changed = plan with
        {
            Method = plan.Method with { Weights = weights with { ReconstructionLast = 7, LabelLast = 3 } },
        };
        List<float[]> before = Gradients(plan), after = Gradients(changed);
        Assert.Equal(before[0], after[0]);
        Assert.NotEqual(before[1], after[1]);
        Assert.Equal(before[2], after[2]);
    }

    [Fact]
    public void Another_auxiliary_of_a_later_block_leaves_them_too()
    {
        NetworkPlan plan = TrainingSetup.Plan("man");
        NetworkPlan changed = plan with
        {
            Heads = (block, inputs, outputs) => HeadSpec.Parse(block == 1 ? "2c3f" : "1c2f", inputs, outputs),
        };
        List<float[]> before = Gradients(plan), after = Gradients(changed);
        Assert.Equal(before[0], after[0]);
        Assert.NotEqual(before[1], after[1]);
        Assert.Equal(before[2], after[2]);
    }

    [Fact]
    public void Another_classifier_leaves_the_blocks_before_it()
    {
        NetworkPlan plan = TrainingSetup.Plan("man");
        List<float[]> before = Gradients(plan);
        List<float[]> after = Gradients(plan, (device, trainer) =>
        {
            Tensor weight = trainer.Blocks[2].Parameters.Declaration.Parameters.Single(p => p.Name == "fc.weight").Parameter.Value;
            device.Kernels.Scale(weight, weight, -3, Tensors.Kernels.Write.Set);
        });
        Assert.Equal(before[..2], after[..2]);
        Assert.NotEqual(before[2], after[2]);
    }

    [Fact]
    public void Gradients_of_two_blocks_never_live_at_once()
    {
        NetworkPlan plan = TrainingSetup.Plan("man");
        using Device device = Device.Dry();
        using var trainer = new LocalTrainer(device, plan, seed: 1);
        int seen = 0;
        trainer.GradientsReady = block =>
        {
            seen++;
            Assert.Equal([block], trainer.Blocks.Where(other => !other.Parameters.Gradients.IsNone));
        };
        trainer.Step(TrainingSetup.Batch(device, plan, 3), rate: 0.1f);
        Assert.Equal(3, seen);
        Assert.All(trainer.Blocks, block => Assert.True(block.Parameters.Gradients.IsNone));
    }

    // Each block's gradients in the first step.
    private static List<float[]> Gradients(NetworkPlan plan, Action<Device, LocalTrainer>? change = null)
    {
        using Device device = Device.Cpu(1);
        using var trainer = new LocalTrainer(device, plan, seed: 1);
        change?.Invoke(device, trainer);
        var gradients = new List<float[]>();
        trainer.GradientsReady = block => gradients.Add(device.Values(block.Parameters.Gradients));
        trainer.Step(TrainingSetup.Batch(device, plan, 5), rate: 0.1f);
        Assert.All(gradients, gradient => Assert.Contains(gradient, value => value != 0));
        return gradients;
    }
}
