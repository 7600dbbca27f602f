using ManSharp.LocalLearning.Methods;
using Xunit;

namespace ManSharp.Tests.Pure.LocalLearning;

public sealed class MethodTests
{
    [Theory]
    [InlineData("bp", false, false, true)]
    [InlineData("infopro", false, false, false)]
    [InlineData("man", true, true, false)]
    [InlineData("infopro+man", true, true, false)]
    [InlineData("infopro+ema", true, false, false)]
    [InlineData("infopro+bias", false, true, false)]
    public void Names_say_which_copies_a_method_has(string name, bool average, bool bias, bool endToEnd)
    {
        LocalMethod method = LocalMethod.Parse(name);
        Assert.Equal((name, average, bias, endToEnd), (method.Name, method.Average, method.Bias, method.EndToEnd));
        Assert.Equal((0.995f, LabelLoss.CrossEntropy), (method.AverageMomentum, method.LabelLoss));
        Assert.Equal(endToEnd ? null : "1c2f", method.HeadName);
        Assert.Contains(name, LocalMethod.Names);
    }

    [Theory]
    [InlineData("MAN")]
    [InlineData("")]
    [InlineData("infopro+lb")]
    public void Other_names_are_refused(string name)
    {
        string message = Assert.Throws<ArgumentException>(() => LocalMethod.Parse(name)).Message;
        Assert.Contains($"Got '{name}'", message, StringComparison.Ordinal);
        Assert.All(BaseMethod.All, known => Assert.Contains(known.Name, message, StringComparison.Ordinal));
        Assert.All(Decorator.All, known => Assert.Contains($"+{known.Name}", message, StringComparison.Ordinal));
    }

    [Fact]
    public void Weights_run_linearly_from_the_first_block_to_the_last_but_one()
    {
        var weights = new LossWeights(5, 1, 0.5f, 1);
        Assert.Equal([5, 3, 1], Enumerable.Range(0, 3).Select(block => weights.Reconstruction(block, 4)));
        Assert.Equal([0.5f, 0.75f, 1], Enumerable.Range(0, 3).Select(block => weights.Label(block, 4)));
        Assert.True(weights.Reconstructs);
    }

    [Fact]
    public void One_local_block_takes_the_first_weight()
    {
        var weights = new LossWeights(5, 1, 0.5f, 1);
        Assert.Equal((5, 0.5f), (weights.Reconstruction(0, 2), weights.Label(0, 2)));
        Assert.Equal((5, 1), (weights.Reconstruction(0, 3), weights.Reconstruction(1, 3)));
    }

    [Fact]
    public void Weights_of_zero_need_no_decoder()
    {
        Assert.False(new LossWeights(0, 0, 1, 1).Reconstructs);
        Assert.True(new LossWeights(0, 1, 0, 0).Reconstructs);
        Assert.True(new LossWeights(6, 0, 0, 0).Reconstructs);
    }

    [Theory]
    [InlineData(16, "32", 2)]
    [InlineData(32, "64", 2)]
    [InlineData(64, "64", 1)]
    public void The_published_head_doubles_narrow_features_with_a_stride(int inputs, string width, int stride)
    {
        HeadSpec head = HeadSpec.Parse("1c2f", inputs, outputs: 10);
        Assert.Equal(width, string.Join(",", head.Convolutions));
        Assert.Equal([128], head.Hidden);
        Assert.Equal((10, stride, "1c2f"), (head.Outputs, head.FirstStride, head.ToString()));
    }

    [Fact]
    public void Heads_have_any_number_of_layers_and_any_width()
    {
        HeadSpec head = HeadSpec.Parse("3c4f", inputs: 16, outputs: 7, widen: 1.5f, feature: 96);
        Assert.Equal([48, 48, 48], head.Convolutions);
        Assert.Equal([144, 144, 144], head.Hidden);
        Assert.Equal("3c4f", head.ToString());
        HeadSpec least = HeadSpec.Parse("0c1f", inputs: 16, outputs: 7);
        Assert.Empty(least.Convolutions);
        Assert.Empty(least.Hidden);
    }

    [Theory]
    [InlineData("1c0f")]
    [InlineData("c2f")]
    [InlineData("1c2f3")]
    [InlineData("1C2F")]
    [InlineData("xcyf")]
    [InlineData("10c2f")]
    [InlineData("")]
    public void Other_heads_are_refused(string name)
    {
        string message = Assert.Throws<ArgumentException>(() => HeadSpec.Parse(name, 16, 10)).Message;
        Assert.StartsWith("Head: NcMf", message, StringComparison.Ordinal);
        Assert.Contains($"Got '{name}'", message, StringComparison.Ordinal);
    }
}
