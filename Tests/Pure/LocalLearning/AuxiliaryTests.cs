using ManSharp.Layers.Modules;
using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using Xunit;

namespace ManSharp.Tests.Pure.LocalLearning;

public sealed class AuxiliaryTests
{
    [Theory]
    [InlineData(0, 9, 3, "3,5,8")]
    [InlineData(2, 9, 2, "5,8")]
    [InlineData(7, 9, 1, "8")]
    [InlineData(-1, 15, 3, "4,9,14")]
    [InlineData(0, 54, 9, "6,12,18,24,29,35,41,47,53")]
    public void AugLocal_spreads_its_layers_over_the_later_units(int unit, int units, int depth, string selection) =>
        Assert.Equal(selection, string.Join(",", AugLocalMethod.Selection(unit, units, depth)));

    // D (1 - t) + t at t = i / (2 (K - 2)): from D at the first block to (D + 1) / 2 at the last with an auxiliary.
    [Theory]
    [InlineData(6, 0, 16, 6)]
    [InlineData(6, 7, 16, 5)]
    [InlineData(6, 14, 16, 4)]
    [InlineData(9, 4, 8, 6)]
    [InlineData(1, 3, 8, 1)]
    [InlineData(5, 0, 2, 5)]
    public void Its_depth_falls_along_the_network(int first, int block, int blocks, int depth) =>
        Assert.Equal(depth, AugLocalMethod.Depth(first, block, blocks));

    [Fact]
    public void Its_layers_take_the_features_where_the_units_would_have_taken_them()
    {
        List<string> shapes = Shapes("auglocal", "resnet20", 9, 0, 32, method => method with { AuxiliaryDepth = 2 });
        // Units 4 (32 channels) and 8 (64) behind unit 0 (16).
        Assert.Contains("heads.0.layers.0.conv1.weight [3, 3, 16, 32]", shapes);
        Assert.Contains("heads.0.layers.0.downsample.0.weight [1, 1, 16, 32]", shapes);
        Assert.Contains("heads.0.layers.1.conv1.weight [3, 3, 32, 64]", shapes);
        Assert.Contains("heads.0.fc.weight [64, 10]", shapes);
        // The block before the last has one later unit.
        Assert.DoesNotContain(
            Shapes("auglocal", "resnet20", 9, 7, 32, method => method), name => name.Contains("layers.1", StringComparison.Ordinal));
    }

    [Fact]
    public void Auxiliaries_for_large_images_are_those_published()
    {
        static List<string> Of(int block) =>
            [.. Shapes("infopro", "resnet101", 4, block, 224, method => method with { Weights = LossWeights.LargeImages })
                .Where(name => name.EndsWith(']') && name.Contains(".weight [", StringComparison.Ordinal) && name.Contains(',', StringComparison.Ordinal))];
        // 512 channels at 28x28.
        Assert.Equal(
            [
                "decoders.0.decoder.0.weight [1, 1, 512, 128]", "decoders.0.decoder.3.weight [3, 3, 128, 32]",
                "decoders.0.decoder.6.weight [3, 3, 32, 12]", "decoders.0.decoder.9.weight [3, 3, 12, 3]",
                "heads.0.0.weight [1, 1, 512, 128]", "heads.0.3.weight [3, 3, 128, 256]", "heads.0.6.weight [3, 3, 256, 512]",
                "heads.0.9.weight [1, 1, 512, 2048]", "heads.0.14.weight [2048, 10]",
            ], Of(0));
        // 1024 channels at 14x14.
        Assert.Equal(
            [
                "decoders.1.decoder.0.weight [1, 1, 1024, 192]", "decoders.1.decoder.3.weight [1, 1, 192, 64]",
                "decoders.1.decoder.6.weight [3, 3, 64, 32]", "decoders.1.decoder.9.weight [3, 3, 32, 12]",
                "decoders.1.decoder.12.weight [3, 3, 12, 3]",
                "heads.1.0.weight [1, 1, 1024, 256]", "heads.1.3.weight [3, 3, 256, 256]", "heads.1.6.weight [3, 3, 256, 512]",
                "heads.1.9.weight [1, 1, 512, 2048]", "heads.1.14.weight [2048, 10]",
            ], Of(1));
        Assert.Contains("heads.0.0.weight [3, 3, 512, 512]", Shapes("infopro", "resnet101", 4, 0, 224, m => m with { Head = "1c2f" }));
    }

    [Fact]
    public void Every_recipe_can_be_built()
    {
        Assert.Equal(Recipes.All.Count, Recipes.All.Select(recipe => recipe.Name).Distinct().Count());
        foreach (Recipe recipe in Recipes.All)
        {
            Assert.Equal(recipe, Recipes.Parse(recipe.Name));
            NetworkSpec network = NetworkSpec.Parse(recipe.Network, 10);
            LocalMethod method = LocalMethod.Parse(recipe.Method);
            Assert.Equal(recipe.Weights is not null, method.Base.Weighs);
            Assert.InRange(new Cut(recipe.Blocks).PartitionOf(network, method).Blocks, recipe.Blocks - 1, recipe.Blocks);
            Assert.True(recipe is { Epochs: > 0, Batch: > 0, LearningRate: > 0 } && recipe.Source.Length > 0);
        }
        Assert.Equal(
            new LossWeights(5, 0.2f, 0.05f, 0.5f), Recipes.Parse("cifar10-resnet32-infopro-k16").Weights);
        string message = Assert.Throws<ArgumentException>(() => Recipes.Parse("cifar10")).Message;
        Assert.Contains("cifar10-resnet32-man-k16", message, StringComparison.Ordinal);
        Assert.Contains("Got 'cifar10'", message, StringComparison.Ordinal);
    }

    private static List<string> Shapes(
        string method, string name, int blocks, int block, int imageSize, Func<LocalMethod, LocalMethod> change)
    {
        NetworkSpec network = NetworkSpec.Parse(name, 10);
        var plan = new NetworkPlan
        {
            Network = network,
            Partition = Partition.For(network, blocks),
            Method = change(LocalMethod.Parse(method)),
            ImageSize = imageSize,
        };
        var declaration = new Declaration();
        plan.Method.Base.Build(new AuxiliarySite(plan, block, plan.Partition.Ends[block])).Declare(declaration, $"{block}");
        return [.. declaration.Parameters.Select(p => $"{p.Name} {p.Parameter.Shape}")];
    }
}
