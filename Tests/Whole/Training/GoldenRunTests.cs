using ManSharp.LocalLearning.Recorded;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Whole.Training;

/// <summary>Whole training runs of another library, number by number.</summary>
public sealed class GoldenRunTests
{
    // These two files are nearly free of flipped ReLUs: far below what verify allows.
    private const double Near = 5e-5;

    [Theory]
    [InlineData("man-resnet20-k4-ce", "losses, gradients, updates, ema, variances, logits")]
    [InlineData("infopro-resnet20-k4-contrast", "losses, updates, variances, logits")]
    public void A_recorded_run_is_repeated(string name, string groups)
    {
        string path = SharedFiles.Find($"golden/{name}.safetensors");
        using Device device = Device.Cpu(2);
        Verification verification = RecordedRun.Verify(path, device);
        Assert.True(verification.Passes);
        Assert.Equal(groups, string.Join(", ", verification.Groups.Select(group => group.Name)));
        Assert.All(verification.Groups, group => Assert.True(group.Relative < Near, $"{group.Name}: {group.Relative:e1}"));
        Assert.Equal(3 * 4, verification.Losses.Count);
        Assert.Equal(0, device.Memory.LiveBytes);
    }
}
