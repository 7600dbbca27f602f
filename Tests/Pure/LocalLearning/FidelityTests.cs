using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Pure.LocalLearning;

/// <summary>Where the published code differs from the published method.</summary>
public sealed class FidelityTests
{
    // 5 to 0 and 0.5 to 0 at 1/14, 2/14, 3/14.
    [Theory]
    [InlineData(0, 4.642857f, 0.4642857f)]
    [InlineData(3, 4.642857f, 0.4642857f)]
    [InlineData(4, 4.285714f, 0.4285714f)]
    [InlineData(9, 3.928571f, 0.3928571f)]
    [InlineData(13, 3.928571f, 0.3928571f)]
    public void The_reference_weighs_by_the_stage_of_the_next_unit(int block, float reconstruction, float label)
    {
        NetworkPlan plan = Plan("resnet32", 16, Fidelity.Reference);
        Assert.Equal(15, plan.Partition.Blocks);
        (float l1, float l2) = new AuxiliarySite(plan, block, plan.Partition.Ends[block]).Weights;
        Assert.Equal(reconstruction, l1, 1e-6f);
        Assert.Equal(label, l2, 1e-6f);
    }

    [Fact]
    public void Ours_weighs_by_the_block()
    {
        NetworkPlan plan = Plan("resnet32", 16, Fidelity.Paper);
        plan = plan with { Method = plan.Method with { Weights = LossWeights.Paper } };
        Assert.Equal((5, 0.5f), new AuxiliarySite(plan, 0, 0).Weights);
        Assert.Equal((4, 0.4f), new AuxiliarySite(plan, 13, 13).Weights);
    }

    [Fact]
    public void Defaults_differ()
    {
        LocalMethod paper = LocalMethod.Parse("man"), reference = paper.At(Fidelity.Reference);
        Assert.Equal(("1c2f", 0.995f), (paper.HeadName, paper.AverageMomentum));
        Assert.Equal(("2c2f", 1f), (reference.HeadName, reference.AverageMomentum));
        Assert.Equal(LossWeights.Reference, reference.Weights);
        Assert.Equal("1c2f", (reference with { Head = "1c2f" }).HeadName);
        Assert.Equal(paper, reference.At(Fidelity.Paper));
    }

    [Theory]
    [InlineData(Fidelity.Paper)]
    [InlineData(Fidelity.Reference)]
    public void The_reference_s_copies_begin_at_random(Fidelity fidelity)
    {
        using Device device = Device.Cpu(1);
        using var trainer = new LocalTrainer(device, Plan("resnet8", 3, fidelity), seed: 1);
        float[] unit = First(trainer.Blocks[1].Parameters.Values), bias = Copy("LB.0.conv1.weight");
        float[] average = First(trainer.Blocks[0].Average!.Parameters.Values);
        float[] First(Tensor values) => device.Values(values)[..100];
        float[] Copy(string name) => device.Values(
            trainer.Blocks[0].Parameters.Declaration.Parameters.Single(p => p.Name == name).Parameter.Value)[..100];
        bool same = fidelity == Fidelity.Paper;
        Assert.Equal(same, unit.SequenceEqual(average));
        Assert.Equal(same, unit.SequenceEqual(bias));
        Assert.False(!same && average.SequenceEqual(bias));
        Assert.All(average, value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void The_reference_has_two_blocks_and_fixed_weights_for_large_images()
    {
        NetworkPlan plan = Plan("resnet18", 2, Fidelity.Reference);
        Assert.Equal((5, 0.75f), new AuxiliarySite(plan, 0, 3).Weights);
        using Device device = Device.Dry();
        using (new LocalTrainer(device, plan, seed: 1))
        {
        }
        string message = Assert.Throws<ArgumentException>(
            () => new LocalTrainer(device, Plan("resnet18", 4, Fidelity.Reference), seed: 1)).Message;
        Assert.Contains("Got 4. Use --fidelity paper", message, StringComparison.Ordinal);
    }

    private static NetworkPlan Plan(string name, int blocks, Fidelity fidelity)
    {
        NetworkSpec network = NetworkSpec.Parse(name, 10);
        return new NetworkPlan
        {
            Network = network,
            Partition = Partition.For(network, blocks),
            Method = LocalMethod.Parse("man").At(fidelity),
            ImageSize = 32,
        };
    }
}
