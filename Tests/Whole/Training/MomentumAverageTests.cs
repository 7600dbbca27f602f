using ManSharp.Layers.Modules;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Whole.Training;

/// <summary>The averaged and the learnable copy of the next block's first unit.</summary>
public sealed class MomentumAverageTests : IDisposable
{
    private readonly Device device = Device.Cpu(1);

    public void Dispose() => device.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(4)]
    public void Both_copies_begin_as_the_next_block_s_first_unit(int? blocks)
    {
        using var trainer = new LocalTrainer(device, TrainingSetup.Plan("man", depth: 20, blocks: blocks), seed: 3);
        for (int i = 0; i + 1 < trainer.Blocks.Count; i++)
        {
            LocalBlock block = trainer.Blocks[i], next = trainer.Blocks[i + 1];
            int first = trainer.Plan.Partition.FirstUnit(i + 1);
            Dictionary<string, float[]> unit = Named(next.Parameters.Declaration, $"layers.{first}.");
            Assert.Equal(unit, Named(block.Average!.Parameters.Declaration, $"EMA.{i}."));
            Assert.Equal(unit, Named(block.Parameters.Declaration, $"LB.{i}."));
            Assert.Contains("conv1.weight", unit.Keys);
            Assert.Contains("bn2.running_var", unit.Keys);
            Assert.Equal(trainer.Plan.Network.Units[first].Stride == 2, unit.ContainsKey("downsample.0.weight"));
        }
        Assert.Null(trainer.Blocks[^1].Average);
    }

    [Theory]
    [InlineData(0.9f)]
    [InlineData(0.995f)]
    [InlineData(0f)]
    public void A_step_averages_in_the_next_unit_as_it_was_before_its_own_step(float momentum)
    {
        using LocalTrainer trainer = Trainer(momentum);
        TrainingInput input = TrainingSetup.Batch(device, trainer.Plan, 5);
        trainer.Step(input, rate: 0.1f);
        var before = new Dictionary<int, float[]>();
        var unit = new Dictionary<int, float[]>();
        trainer.GradientsReady = block =>
        {
            if (block.Average is { } average)
                before[block.Index] = device.Values(average.Parameters.Values);
            if (block.Index > 0)
                unit[block.Index - 1] = device.Values(block.Parameters.Values);
        };
        trainer.Step(input, rate: 0.1f);
        for (int i = 0; i < 2; i++)
        {
            float[] average = device.Values(trainer.Blocks[i].Average!.Parameters.Values);
            float[] expected = [.. before[i].Zip(unit[i], (old, value) => old * momentum + value * (1 - momentum))];
            Assert.Equal(expected, average);
            Assert.NotEqual(before[i], average);
            // The unit has stepped since: with its new values the average would be another.
            Assert.NotEqual(unit[i], device.Values(trainer.Blocks[i + 1].Parameters.Values));
        }
    }

    [Fact]
    public void At_momentum_one_the_copy_stays_but_its_statistics_are_its_own()
    {
        using LocalTrainer trainer = Trainer(momentum: 1);
        TrainingInput input = TrainingSetup.Batch(device, trainer.Plan, 5);
        SortedDictionary<string, float[]> before = TrainingSetup.State(device, trainer);
        for (int step = 0; step < 3; step++)
            trainer.Step(input, rate: 0.1f);
        SortedDictionary<string, float[]> after = TrainingSetup.State(device, trainer);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(before[$"{i} average"], after[$"{i} average"]);
            Assert.NotEqual(before[$"{i} average's statistics"], after[$"{i} average's statistics"]);
            float[] unit = after[$"{i + 1} statistics"][..after[$"{i} average's statistics"].Length];
            Assert.NotEqual(unit, after[$"{i} average's statistics"]);
        }
    }

    [Theory]
    [InlineData("infopro", false, false)]
    [InlineData("infopro+ema", true, false)]
    [InlineData("infopro+bias", false, true)]
    public void Each_copy_is_there_where_the_method_has_it(string method, bool average, bool bias)
    {
        using var trainer = new LocalTrainer(device, TrainingSetup.Plan(method), seed: 3);
        foreach (LocalBlock block in trainer.Blocks.Take(2))
        {
            Assert.Equal(average, block.Average is not null);
            Assert.Equal(bias, Named(block.Parameters.Declaration, $"LB.{block.Index}.").Count > 0);
        }
    }

    private LocalTrainer Trainer(float momentum)
    {
        NetworkPlan plan = TrainingSetup.Plan("man");
        return new LocalTrainer(device, plan with { Method = plan.Method with { AverageMomentum = momentum } }, seed: 3);
    }

    private Dictionary<string, float[]> Named(Declaration declaration, string prefix) =>
        declaration.Parameters.Select(p => (p.Name, p.Parameter.Value))
            .Concat(declaration.Statistics.Select(s => (s.Name, s.Statistic.Value)))
            .Where(named => named.Name.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(named => named.Name[prefix.Length..], named => device.Values(named.Value));
}
