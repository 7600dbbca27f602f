using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Planning;
using Xunit;

namespace ManSharp.Tests.Pure.LocalLearning;

public sealed class CutTests
{
    private static readonly LocalMethod man = LocalMethod.Parse("man"), plus = LocalMethod.Parse("man++");

    [Theory]
    [InlineData("1.2,2.1,3.0", "2,6,10,14")]
    [InlineData("1.2,2.1,3.0,3.4", "2,6,10,14")]
    [InlineData("3.4", "14")]
    [InlineData(" 1.0 , 2.0", "0,5,14")]
    public void Units_are_named_by_stage_and_place(string text, string ends) =>
        Assert.Equal(ends, string.Join(",", Partition.Parse(NetworkSpec.CifarResNet(32, 10), text).Ends));

    [Theory]
    [InlineData("", "'' is no unit")]
    [InlineData("1.5", "'1.5' is no unit")]
    [InlineData("4.0", "'4.0' is no unit")]
    [InlineData("1", "'1' is no unit")]
    [InlineData("1.2,", "'' is no unit")]
    [InlineData("even-ish", "'even-ish' is no unit")]
    [InlineData("-1.2", "'-1.2' is no unit")]
    [InlineData("2.1,1.2", "'1.2' is not behind the one before it")]
    [InlineData("2.1,2.1", "'2.1' is not behind the one before it")]
    public void Other_texts_are_refused_with_the_units_that_there_are(string text, string reason)
    {
        string message = Assert.Throws<ArgumentException>(
            () => Partition.Parse(NetworkSpec.CifarResNet(32, 10), text)).Message;
        Assert.Contains("1.0 to 1.4, 2.0 to 2.4, 3.0 to 3.4", message, StringComparison.Ordinal);
        Assert.Contains($"Got '{text}', where {reason}", message, StringComparison.Ordinal);
        Assert.Contains("--cut 2.2", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resnet101", 4, "5,15,23,32")]
    [InlineData("resnext101", 4, "5,15,23,32")]
    [InlineData("resnet152", 4, "9,24,36,49")]
    public void Published_cuts_of_networks_for_large_images(string name, int blocks, string ends) =>
        Assert.Equal(ends, string.Join(",", Partition.For(NetworkSpec.Parse(name, 10), blocks).Ends));

    [Fact]
    public void The_rule_decides()
    {
        NetworkSpec network = NetworkSpec.CifarResNet(32, 10);
        Assert.Equal([2, 6, 10, 14], new Cut(4).PartitionOf(network, man).Ends);
        Assert.Equal([2, 6, 10, 14], new Cut(4, Cut.Even).PartitionOf(network, man).Ends);
        Assert.Equal([0, 2, 4, 6, 8, 10, 12, 14], new Cut(8).PartitionOf(network, man).Ends);
        Assert.Equal([0, 2, 4, 6, 8, 10, 12, 14], new Cut(8, Cut.Even).PartitionOf(network, man).Ends);
        Assert.Equal([4, 14], new Cut(2, "1.4").PartitionOf(network, man).Ends);
        Assert.Equal([4, 14], new Cut(null, "1.4").PartitionOf(network, man).Ends);
        Assert.Equal([14], new Cut(4, "1.4").PartitionOf(network, LocalMethod.Parse("bp")).Ends);
        string message = Assert.Throws<ArgumentException>(() => new Cut(3, "1.4").PartitionOf(network, man)).Message;
        Assert.Contains("the 2 of --cut 1.4 were expected. Got 3", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_stem_may_be_a_block_of_its_own()
    {
        NetworkSpec network = NetworkSpec.CifarResNet(20, 10);
        Assert.Equal([-1, 2, 5, 8], new Cut(4, Cut.Even).PartitionOf(network, plus).Ends);
        Assert.Equal([-1, 2, 5, 8], new Cut(4, Cut.Even, StemBlock: true).PartitionOf(network, man).Ends);
        Assert.False(new Cut(4, StemBlock: false).PartitionOf(network, plus).StemBlock);
        Partition all = new Cut(10).PartitionOf(network, plus);
        Assert.Equal(Enumerable.Range(-1, 10), all.Ends);
        Assert.Equal((10, 10, 0, 0, 1), (all.Blocks, all.NamedBlocks, all.FirstUnit(0), all.FirstUnit(1), all.FirstUnit(2)));
        Assert.Throws<ArgumentException>(() => new Cut(1).PartitionOf(network, plus));
    }

    [Theory]
    [InlineData(32, 16, 16)]
    [InlineData(32, 15, 16)]
    [InlineData(32, 8, 8)]
    [InlineData(32, 1, 1)]
    [InlineData(110, 55, 55)]
    public void The_papers_count_the_stem_where_every_unit_is_a_block(int depth, int blocks, int named) =>
        Assert.Equal(named, Partition.For(NetworkSpec.CifarResNet(depth, 10), blocks).NamedBlocks);

    [Theory]
    [InlineData("infopro", 2, false)]
    [InlineData("infopro", 3, false)]
    [InlineData("man", 4, false)]
    [InlineData("dgl+man++", 4, true)]
    public void A_balanced_cut_is_near_the_best_of_all(string method, int blocks, bool stem)
    {
        NetworkSpec network = NetworkSpec.CifarResNet(20, 10);
        var plan = new NetworkPlan
        {
            Network = network, Partition = Partition.For(network, 1), Method = LocalMethod.Parse(method), ImageSize = 32,
        };
        Partition found = new Cut(blocks, Cut.Balanced).Apply(plan, batch: 16).Partition;
        Assert.Equal((blocks, stem), (found.Blocks, found.StemBlock));
        var costs = new BlockCosts(plan, stem, 16);
        long Greatest(IReadOnlyList<int> ends) =>
            Enumerable.Range(0, ends.Count).Max(i => costs.Bytes(i == 0 ? 0 : ends[i - 1] + 1, ends[i]));
        long best = Ends(blocks - (stem ? 1 : 0), 0, 9).Min(Greatest);
        long ours = Greatest([.. found.Ends.Where(end => end >= 0)]);
        Assert.InRange(ours, best, 1.05 * best);
        Assert.True(ours <= Greatest(Partition.Even(network, blocks - (stem ? 1 : 0)).Ends));
    }

    [Fact]
    public void A_block_costs_what_its_step_takes()
    {
        // One block: parameters, optimizer state, gradients and activations, as in a whole step without its batch.
        NetworkSpec network = NetworkSpec.CifarResNet(8, 10);
        var plan = new NetworkPlan
        {
            Network = network, Partition = Partition.For(network, 1), Method = LocalMethod.Parse("bp"), ImageSize = 16,
        };
        long step = StepCost.Predict(plan, 4).PeakBytes, block = new BlockCosts(plan, false, 4).Bytes(0, 2);
        // End to end no decoder reads the pixels: they are normalized in place.
        long batch = 4 * 16 * 16 * 3 * sizeof(float);
        Assert.InRange(step - batch - block, 0, 1024);
    }

    private static IEnumerable<int[]> Ends(int blocks, int first, int units) => blocks == 1
        ? [[units - 1]]
        : Enumerable.Range(first, units - first - blocks + 1)
            .SelectMany(end => Ends(blocks - 1, end + 1, units).Select(rest => (int[])[end, .. rest]));
}
