using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Whole.Training;

/// <summary>One seed, one result, whatever the number of threads.</summary>
public sealed class DeterminismTests
{
    [Theory]
    [InlineData("man")]
    [InlineData("bp")]
    public void Two_runs_with_one_seed_are_bit_identical_with_one_and_two_threads(string method)
    {
        NetworkPlan plan = TrainingSetup.Plan(method, imageSize: 16);
        SortedDictionary<string, float[]> one = Train(plan, threads: 1), two = Train(plan, threads: 2), again = Train(plan, threads: 2);
        Assert.Equal(one.Keys, two.Keys);
        foreach ((string name, float[] values) in one)
        {
            Assert.True(values.AsSpan().SequenceEqual(two[name]), $"{name}: one thread and two");
            Assert.True(values.AsSpan().SequenceEqual(again[name]), $"{name}: one run and another");
        }
        Assert.NotEqual(one["0 parameters"], Train(plan, threads: 2, seed: 8)["0 parameters"]);
    }

    [Fact]
    public void The_contrastive_loss_is_bit_identical_too()
    {
        NetworkPlan plan = TrainingSetup.Plan("infopro");
        plan = plan with { Method = plan.Method with { LabelLoss = LabelLoss.Contrastive } };
        Assert.Equal(Train(plan, threads: 1), Train(plan, threads: 2));
    }

    private static SortedDictionary<string, float[]> Train(NetworkPlan plan, int threads, ulong seed = 7)
    {
        using Device device = Device.Cpu(threads);
        using var trainer = new LocalTrainer(device, plan, seed);
        TrainingInput input = TrainingSetup.Batch(device, plan, 9);
        for (int step = 0; step < 3; step++)
            trainer.Step(input, rate: 0.1f);
        return TrainingSetup.State(device, trainer);
    }
}
