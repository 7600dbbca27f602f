using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;
using Xunit;

namespace ManSharp.Tests.Pure.LocalLearning;

public sealed class PartitionTests
{
    [Theory]
    [InlineData(32, 2, "2,1")]
    [InlineData(32, 4, "1,2 2,1 3,0")]
    [InlineData(32, 8, "1,0 1,2 1,4 2,1 2,3 3,0 3,2")]
    [InlineData(110, 2, "2,8")]
    [InlineData(110, 4, "1,11 2,7 3,3")]
    [InlineData(110, 8, "1,4 1,11 2,0 2,7 2,14 3,3 3,10")]
    [InlineData(110, 16, "1,1 1,4 1,7 1,10 1,13 1,16 2,1 2,4 2,7 2,11 2,15 3,1 3,5 3,9 3,13")]
    [InlineData(110, 32, "1,1 1,2 1,4 1,5 1,7 1,9 1,11 1,13 1,14 1,16 1,17 2,1 2,2 2,4 2,5 2,7 2,9 2,11 2,13 2,14 2,16 2,17 "
        + "3,1 3,3 3,4 3,6 3,7 3,9 3,11 3,13 3,15")]
    public void Published_cuts_are_used(int depth, int blocks, string ends)
    {
        NetworkSpec network = NetworkSpec.CifarResNet(depth, 10);
        int perStage = network.Units.Count / 3;
        IEnumerable<int> expected = ends.Split(' ').Select(end => end.Split(',').Select(int.Parse).ToArray())
            .Select(end => (end[0] - 1) * perStage + end[1]).Append(network.Units.Count - 1);
        Partition partition = Partition.For(network, blocks);
        Assert.Equal(expected, partition.Ends);
        Assert.Equal(blocks, partition.Blocks);
    }

    [Theory]
    [InlineData(20, 1)]
    [InlineData(20, 4)]
    [InlineData(20, 9)]
    [InlineData(32, 3)]
    [InlineData(32, 15)]
    [InlineData(56, 8)]
    [InlineData(110, 54)]
    public void Other_cuts_are_even(int depth, int blocks)
    {
        NetworkSpec network = NetworkSpec.CifarResNet(depth, 10);
        Partition partition = Partition.For(network, blocks);
        Assert.Equal(blocks, partition.Blocks);
        int[] lengths = [.. Enumerable.Range(0, blocks).Select(block => partition.Ends[block] - partition.FirstUnit(block) + 1)];
        Assert.Equal(network.Units.Count, lengths.Sum());
        Assert.InRange(lengths.Max() - lengths.Min(), 0, 1);
        Assert.True(lengths.Min() > 0);
    }

    [Theory]
    [InlineData(32, 16, 15)]
    [InlineData(110, 55, 54)]
    [InlineData(8, 4, 3)]
    public void One_block_more_than_units_is_the_papers_name_of_every_unit(int depth, int blocks, int built)
    {
        Partition partition = Partition.For(NetworkSpec.CifarResNet(depth, 10), blocks);
        Assert.Equal(Enumerable.Range(0, built), partition.Ends);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(11)]
    [InlineData(int.MaxValue)]
    public void Counts_that_the_network_does_not_have_are_refused(int blocks)
    {
        string message = Assert.Throws<ArgumentException>(() => Partition.For(NetworkSpec.CifarResNet(20, 10), blocks)).Message;
        Assert.Contains($"1 to 9 were expected, for resnet20 has 9 units. Got {blocks}.", message, StringComparison.Ordinal);
        Assert.Contains($"--blocks {(blocks < 1 ? 1 : 9)}", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1,3,6")]
    [InlineData("3,1,8")]
    [InlineData("3,3,8")]
    [InlineData("-1,8")]
    [InlineData("4,9")]
    public void Ends_that_do_not_cut_the_network_are_refused(string ends)
    {
        int[] numbers = [.. ends.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        string message = Assert.Throws<ArgumentException>(() => Partition.Of(NetworkSpec.CifarResNet(20, 10), numbers)).Message;
        Assert.Contains("from 0 to 8 were expected (resnet20 has 9 units)", message, StringComparison.Ordinal);
        Assert.Contains($"Got {ends}.", message, StringComparison.Ordinal);
        Assert.Contains("End the last block at 8", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Explicit_ends_are_kept()
    {
        Partition partition = Partition.Of(NetworkSpec.CifarResNet(20, 10), [1, 3, 6, 8]);
        Assert.Equal([1, 3, 6, 8], partition.Ends);
        Assert.Equal([0, 2, 4, 7], Enumerable.Range(0, 4).Select(partition.FirstUnit));
    }
}
