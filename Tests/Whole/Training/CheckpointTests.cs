using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Planning;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Whole.Training;

/// <summary>Checkpointing computes what backpropagation computes, in less memory.</summary>
public sealed class CheckpointTests
{
    [Theory]
    [InlineData("resnet8", 8, null)]
    [InlineData("resnet20", 8, null)]
    [InlineData("resnet20", 8, 1)]
    [InlineData("resnet20", 8, 9)]
    [InlineData("resnet18", 32, 3)]
    public void Every_value_after_two_steps_is_that_of_backpropagation_bit_by_bit(string name, int size, int? segments)
    {
        SortedDictionary<string, float[]> Run(string method)
        {
            NetworkPlan plan = Plan(name, size, method, segments);
            using Device device = Device.Cpu(1);
            using var trainer = new LocalTrainer(device, plan, seed: 4);
            TrainingInput input = TrainingSetup.Batch(device, plan, 3);
            for (int step = 0; step < 2; step++)
                trainer.Step(input, rate: 0.05f);
            SortedDictionary<string, float[]> state = TrainingSetup.State(device, trainer);
            Tensor logits = trainer.Predict(input.Images);
            state["logits"] = device.Values(logits);
            StepReport report = trainer.Report();
            state["losses"] = [report.Blocks[0].Total, report.Correct];
            return state;
        }
        SortedDictionary<string, float[]> expected = Run("bp"), actual = Run("checkpoint");
        Assert.Equal(expected.Keys, actual.Keys);
        foreach ((string key, float[] values) in expected)
            Assert.Equal(values, actual[key]);
    }

    [Fact]
    public void It_takes_much_less_memory_and_about_a_third_more_arithmetic()
    {
        StepCost Cost(string method) => StepCost.Predict(Plan("resnet110", 32, method, null), batch: 64);
        (StepCost plain, StepCost checkpoint) = (Cost("bp"), Cost("checkpoint"));
        Assert.True(checkpoint.PeakBytes < 0.5 * plain.PeakBytes, $"{checkpoint.PeakBytes} of {plain.PeakBytes}");
        Assert.InRange(checkpoint.Flops / plain.Flops, 1.2, 1.34);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(9, 3)]
    [InlineData(15, 4)]
    [InlineData(54, 7)]
    public void There_are_about_as_many_segments_as_the_square_root_of_the_units(int units, int segments)
    {
        LocalMethod method = LocalMethod.Parse("checkpoint");
        Assert.Equal(segments, method.Base.Segments(method, units));
        Assert.Equal(units, method.Base.Segments(method with { Segments = 100 }, units));
    }

    private static NetworkPlan Plan(string name, int size, string method, int? segments)
    {
        NetworkSpec network = NetworkSpec.Parse(name, TrainingSetup.Classes);
        return new NetworkPlan
        {
            Network = network,
            Partition = Partition.For(network, 1),
            Method = LocalMethod.Parse(method) with { Segments = segments },
            ImageSize = size,
        };
    }
}
