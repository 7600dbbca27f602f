using ManSharp.LocalLearning.Recorded;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Whole.Training;

/// <summary>Whole training runs of another library, number by number.</summary>
public sealed class GoldenRunTests
{
    // Far below what verify allows: no ReLU flips.
    private const double Near = 5e-5;

    // One of the 128 hidden units of the third block's head (heads.2.8, unit 68) is so near 0 for one image that its sign is
    // a matter of rounding: its bias alone is 6e-4 off, and what lies behind it about 1e-3. The blocks before stay at 1e-6.
    private const double OneFlip = 2.5e-3;

    [Theory]
    [InlineData("man-resnet20-k4-ce", "losses, gradients, updates, ema, variances, logits", Near)]
    [InlineData("infopro-resnet20-k4-contrast", "losses, updates, variances, logits", OneFlip)]
    public void A_recorded_run_is_repeated(string name, string groups, double tolerance)
    {
        string path = SharedFiles.Find($"golden/{name}.safetensors");
        using Device device = Device.Cpu(2);
        Verification verification = RecordedRun.Verify(path, device);
        Assert.True(verification.Passes);
        Assert.Equal(groups, string.Join(", ", verification.Groups.Select(group => group.Name)));
        Assert.All(verification.Groups, group => Assert.True(group.Relative < tolerance, $"{group.Name}: {group.Relative:e1}"));
        Assert.Equal(3 * 4, verification.Losses.Count);
        Assert.Equal(0, device.Memory.LiveBytes);
    }
}
