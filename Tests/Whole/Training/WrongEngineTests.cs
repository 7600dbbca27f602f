using ManSharp.LocalLearning.Recorded;
using ManSharp.Tests.Pure.Files;
using Xunit;

namespace ManSharp.Tests.Whole.Training;

/// <summary>Verify refuses engines that are wrong in one place, and passes one that is not.</summary>
public sealed class WrongEngineTests : IDisposable
{
    private static readonly Lazy<Recording> Man = new(() => Recording.Of(TrainingSetup.Plan("man"), batch: 3));

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("man", 8)]
    [InlineData("infopro+ema", 8)]
    [InlineData("infopro+bias", 8)]
    [InlineData("infopro", 14)]
    [InlineData("bp", 8)]
    public void A_right_engine_passes(string method, int depth)
    {
        Recording.Of(TrainingSetup.Plan(method, depth), batch: 3).Write(folder["run"]);
        using FaultyDevice device = FaultyDevice.With("none");
        Verification verification = RecordedRun.Verify(folder["run"], device);
        Assert.True(verification.Passes);
        Assert.All(verification.Groups, group => Assert.True(group.Relative < 1e-6, $"{group.Name}: {group.Relative:e1}"));
        Assert.Equal(0, device.Memory.LiveBytes);
    }

    [Theory]
    [InlineData("late average", "ema")]
    [InlineData("no weight decay", "updates")]
    [InlineData("no Nesterov", "updates")]
    [InlineData("N for N-1", "variances")]
    [InlineData("1% of the label gradient", "gradients")]
    public void A_wrong_engine_is_refused(string fault, string group)
    {
        Man.Value.Write(folder["run"]);
        Refuses(folder["run"], fault, group);
    }

    [Theory]
    [InlineData("none", null)]
    [InlineData("late average", "ema")]
    [InlineData("no weight decay", "updates")]
    [InlineData("no Nesterov", "updates")]
    [InlineData("N for N-1", "variances")]
    [InlineData("1% of the label gradient", "gradients")]
    public void A_wrong_engine_is_refused_by_another_library_s_run(string fault, string? group)
    {
        string path = SharedFiles.Find("golden/man-resnet20-k4-ce.safetensors");
        if (group is null)
        {
            using FaultyDevice right = FaultyDevice.With(fault);
            Assert.True(RecordedRun.Verify(path, right).Passes);
        }
        else
            Refuses(path, fault, group);
    }

    [Fact]
    public void An_engine_whose_average_takes_the_unit_s_statistics_too_is_refused()
    {
        Recording wrong = Recording.Of(TrainingSetup.Plan("man"), batch: 3, (device, trainer, block) =>
        {
            if (block.Index > 0 && trainer.Blocks[block.Index - 1].Average is { } average)
                device.Kernels.Copy(
                    average.Parameters.Statistics, block.Parameters.Statistics.Slice(0, average.Parameters.Statistics.Shape));
        });
        wrong.Write(folder["run"]);
        Refuses(folder["run"], "none", "ema");
    }

    [Fact]
    public void An_engine_whose_copies_do_not_begin_as_recorded_is_refused()
    {
        Recording wrong = Recording.Of(TrainingSetup.Plan("man"), batch: 3);
        float[] weights = wrong.Tensors["init.EMA.0.conv1.weight"].Values;
        // One weight alone: a factor on all of them would vanish in the batch norm behind.
        weights[5] += 0.5f;
        wrong.Write(folder["run"]);
        Refuses(folder["run"], "none", "losses");
    }

    private static void Refuses(string path, string fault, string group)
    {
        using FaultyDevice device = FaultyDevice.With(fault);
        Verification verification = RecordedRun.Verify(path, device);
        string groups = string.Join(", ", verification.Groups.Select(g => $"{g.Name} {g.Relative:e1} {(g.Passes ? "pass" : "FAIL")}"));
        Assert.False(verification.Passes, groups);
        Assert.Contains(group, verification.Groups.Where(g => !g.Passes).Select(g => g.Name));
    }
}
