using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Planning;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Whole.Planning;

/// <summary>Answers to budgets fit, and the next ones do not.</summary>
public sealed class BudgetSearchTests : IDisposable
{
    private const int Batch = 32;

    private readonly Device device = Device.Dry();

    public void Dispose() => device.Dispose();

    [Theory]
    [InlineData("man", 3, Cut.Published, 20_000_000)]
    [InlineData("man", 9, Cut.Even, 33_333_333)]
    [InlineData("dgl", 4, Cut.Balanced, 12_345_678)]
    [InlineData("bp", 1, Cut.Published, 50_000_000)]
    [InlineData("checkpoint", 1, Cut.Published, 9_000_000)]
    public void The_largest_batch_fits_and_one_more_does_not(string method, int blocks, string rule, long budget)
    {
        BudgetSearch search = Search(method, rule, budget);
        Candidate found = search.LargestBatch(blocks)!;
        Assert.Equal(blocks, found.Blocks);
        Assert.True(found.Batch > 2 && Fits(found, budget));
        Assert.False(Fits(search.Of(blocks, found.Batch + 1), budget));
        Assert.Equal(StepCost.Predict(found.Plan, found.Batch).PeakBytes, found.Cost.PeakBytes);
    }

    [Theory]
    [InlineData("man", Cut.Even, 32_000_000)]
    [InlineData("infopro", Cut.Published, 19_000_000)]
    [InlineData("greedy+man", Cut.Balanced, 30_000_000)]
    [InlineData("man++", Cut.Even, 36_000_000)]
    public void The_fewest_blocks_fit_and_fewer_do_not(string method, string rule, long budget)
    {
        BudgetSearch search = Search(method, rule, budget);
        Candidate found = search.FewestBlocks(Batch)!;
        Assert.Equal(Batch, found.Batch);
        Assert.True(Fits(found, budget));
        int[] fewer = [.. search.BlockCounts.Where(blocks => blocks < found.Blocks)];
        Assert.NotEmpty(fewer);
        Assert.All(fewer, blocks => Assert.False(Fits(search.Of(blocks, Batch), budget)));
    }

    [Fact]
    public void What_cannot_be_is_not_found()
    {
        BudgetSearch search = Search("man", Cut.Published, 1_000_000);
        Assert.Null(search.LargestBatch(3));
        Assert.Null(search.FewestBlocks(Batch));
        Assert.DoesNotContain(search.Methods(null, Batch), search.Fits);
        Candidate least = search.Least(Batch)!;
        Assert.All(
            search.BlockCounts, blocks => Assert.True(search.Of(blocks, Batch).Cost.PeakBytes >= least.Cost.PeakBytes));
    }

    [Fact]
    public void Methods_are_compared_by_arithmetic_each_with_the_blocks_that_it_needs()
    {
        const long budget = 20_000_000;
        IReadOnlyList<Candidate> methods = Search("man", Cut.Even, budget).Methods(null, Batch);
        string[] names = [.. methods.Select(method => method.Plan.Method.Name)];
        Assert.Equal(
            ["auglocal", "auglocal+man", "bp", "checkpoint", "dgl", "dgl+man", "greedy", "greedy+man", "infopro", "man",
                "predsim", "predsim+man"], names.Order(StringComparer.Ordinal));
        double[] arithmetic = [.. methods.Select(method => method.FlopsPerImage)];
        Assert.Equal(arithmetic.Order(), arithmetic);
        Assert.Contains(methods, method => !Fits(method, budget));
        foreach (Candidate method in methods)
        {
            Assert.Equal(method.Plan.Method.EndToEnd, method.Blocks == 1);
            BudgetSearch own = Search(method.Plan.Method.Name, Cut.Even, budget);
            int fewest = own.BlockCounts.FirstOrDefault(blocks =>
                (blocks > 1 || method.Plan.Method.EndToEnd) && Fits(own.Of(blocks, Batch), budget));
            Assert.Equal(fewest > 0, Fits(method, budget));
            if (fewest > 0)
                Assert.Equal(fewest, method.Blocks);
        }
    }

    [Fact]
    public void A_number_of_blocks_that_was_chosen_stays_where_it_fits()
    {
        const long budget = 24_000_000;
        IReadOnlyList<Candidate> methods = Search("dgl", Cut.Even, budget).Methods(7, Batch);
        Assert.Equal(7, methods.Single(method => method.Plan.Method.Name == "dgl").Blocks);
        Assert.Equal(7, methods.Single(method => method.Plan.Method.Name == "greedy").Blocks);
    }

    [Fact]
    public void An_explicit_cut_stays()
    {
        BudgetSearch search = Search("man", "1.0,2.1", 1L << 40);
        Assert.Equal([3], search.BlockCounts);
        Assert.Equal([0, 4, 8], search.FewestBlocks(Batch)!.Plan.Partition.Ends);
        Assert.Equal([1], Search("bp", "1.0,2.1", 1L << 40).BlockCounts);
        Assert.Equal(Enumerable.Range(2, 9), Search("man++", Cut.Even, 1L << 40).BlockCounts);
    }

    [Fact]
    public void Without_bounds_of_memory_the_size_of_a_tensor_is_the_bound()
    {
        BudgetSearch search = Search("greedy", Cut.Even, long.MaxValue);
        Candidate found = search.LargestBatch(3)!;
        // 32 x 32 x 16 values of the first features are the largest tensor.
        Assert.Equal(int.MaxValue / (32 * 32 * 16), found.Batch);
        Assert.True(search.CanBe(3, found.Batch));
        Assert.False(search.CanBe(3, found.Batch + 1));
        Assert.Throws<ShapeException>(() => search.Of(3, found.Batch + 1));
    }

    private static bool Fits(Candidate candidate, long budget) => candidate.Cost.HeldBytes <= budget;

    private BudgetSearch Search(string method, string rule, long budget)
    {
        NetworkSpec network = NetworkSpec.CifarResNet(20, 10);
        var plan = new NetworkPlan
        {
            Network = network,
            Partition = Partition.For(network, 1),
            Method = LocalMethod.Parse(method),
            ImageSize = 32,
        };
        return new BudgetSearch(plan, new Cut(null, rule), device, budget);
    }
}
