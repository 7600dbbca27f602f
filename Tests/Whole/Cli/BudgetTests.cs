using System.Text.Json;
using ManSharp.Tests.Pure.Datasets;
using Xunit;

namespace ManSharp.Tests.Whole.Cli;

/// <summary>train --budget: what was asked for, what was chosen, and that it holds.</summary>
public sealed class BudgetTests : IDisposable
{
    private readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void What_fits_is_trained_as_asked()
    {
        string output = Train("--network resnet8 --blocks 2 --batch 16 --budget 1GiB", 1L << 30, blocks: 2, batch: 16);
        Assert.Contains("budget 1.07 GB: enough for 2 blocks with batch 16 (", output);
    }

    [Fact]
    public void Blocks_that_nobody_chose_are_chosen()
    {
        string output = Train(
            "--method infopro --network resnet14 --batch 16 --budget 11.1MB", 11_100_000, blocks: 4, batch: 16);
        Assert.Contains("too little for 3 blocks with batch 16 (", output);
        Assert.Contains("chosen instead: 4 blocks with batch 16 (", output);
    }

    [Fact]
    public void A_batch_that_nobody_chose_is_chosen()
    {
        string output = Train("--network resnet8 --blocks 3 --budget 10MB", 10_000_000, blocks: 3, batch: null);
        Assert.Contains("too little for 3 blocks with batch 64 (", output);
        Assert.Contains("chosen instead: 3 blocks with batch ", output);
    }

    [Fact]
    public void Both_are_chosen_where_no_number_of_blocks_is_enough_and_a_local_method_stays_local()
    {
        string output = Train("--network resnet8 --budget 6MB", 6_000_000, blocks: null, batch: null);
        Assert.Contains("too little for 3 blocks with batch 64 (", output);
        Assert.DoesNotContain("end to end with batch", output);
    }

    [Fact]
    public void End_to_end_the_batch_is_chosen() =>
        Assert.Contains(
            "too little for end to end with batch 64 (",
            Train("--network resnet8 --method bp --budget 9MB", 9_000_000, blocks: 1, batch: null));

    [Fact]
    public void Training_holds_what_plan_says()
    {
        // 2000 test images in batches of 48: the last has 32, and finds place too.
        const string Plan = "--network resnet14 --method man --blocks 4 --batch 48";
        Train($"{Plan} --budget 100MB", 100_000_000, blocks: 4, batch: 48);
        string plan = CliProcess.Run(
            scratch.Path, ["plan", "--json", "--device", "cpu", .. Plan.Split(' ')]).Succeeded().Output;
        using JsonDocument planned = JsonDocument.Parse(plan), summary = Read("summary.json");
        Assert.Equal(
            planned.RootElement.GetProperty("heldBytes").GetInt64(),
            summary.RootElement.GetProperty("heldBytes").GetInt64());
    }

    [Theory]
    [InlineData("--network resnet8 --blocks 3 --batch 64 --budget 35MB",
        "for resnet8, man, 3 blocks, batch 64. Got 35.0 MB (35000000 bytes)", "Use --batch ", "or --method greedy --blocks ")]
    [InlineData("--network resnet8 --batch 64 --cut 1.0 --budget 20MB", "man, 2 blocks, batch 64", "Use --batch ")]
    [InlineData("--method infopro --network resnet14 --blocks 3 --batch 16 --budget 11.1MB",
        "infopro, 3 blocks", "--blocks 4 (11.0 MB)", "--batch ")]
    [InlineData("--network resnet8 --budget 100kB",
        "The least of resnet8 is --method ", "--batch 2 (", "raise the budget")]
    [InlineData("--budget much", "--budget: an amount of memory such as 4GiB", "Got 'much'")]
    public void What_does_not_fit_is_refused_with_what_would_be_possible(string options, params string[] words)
    {
        CliProcess.Run(scratch.Path, ["train", "--limit", "96", "--epochs", "1", "--out", "run", .. options.Split(' ')])
            .RefusedWith(words);
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch.Path));
    }

    private string Train(string options, long budget, int? blocks, int? batch)
    {
        string output = CliProcess.Run(
            scratch.Path,
            ["train", "--device", "cpu", "--limit", "96", "--epochs", "1", "--out", "run", .. options.Split(' ')])
            .Succeeded().Output;
        using JsonDocument summary = Read("summary.json"), config = Read("config.json");
        long peak = summary.RootElement.GetProperty("peakBytes").GetInt64();
        Assert.InRange(peak, 1, budget);
        Assert.InRange(summary.RootElement.GetProperty("heldBytes").GetInt64(), peak, budget);
        Assert.Equal(summary.RootElement.GetProperty("predictedPeakBytes").GetInt64(), peak);
        Assert.Equal(budget, summary.RootElement.GetProperty("budgetBytes").GetInt64());
        Assert.Equal(budget, config.RootElement.GetProperty("budgetBytes").GetInt64());
        int trained = config.RootElement.GetProperty("blocks").GetInt32();
        Assert.Equal(blocks ?? trained, trained);
        int images = config.RootElement.GetProperty("batch").GetInt32();
        Assert.Equal(batch ?? images, images);
        Assert.True(batch is not null || images < 64, $"batch {images}");
        return output;
    }

    private JsonDocument Read(string name) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(scratch.Path, "run", name)));
}
