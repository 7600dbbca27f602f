using System.Text.Json;
using ManSharp.Tests.Pure.Datasets;
using Xunit;

namespace ManSharp.Tests.Whole.Cli;

/// <summary>What mansharp plan prints.</summary>
public sealed class PlanTests : IDisposable
{
    private const int Columns = 80;

    private readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void The_plan_has_a_bar_for_each_block_the_peak_and_the_rivals_in_80_plain_columns()
    {
        const string options = "plan --device cpu --network resnet20 --blocks 3 --batch 64";
        string[] lines = Run(options).Split('\n');
        using JsonDocument json = Json(options);
        Assert.Contains("resnet20, man, 3 blocks, batch 64 of 32x32, 10 classes", lines[0]);
        Assert.All(lines, line => Assert.True(line.Length <= Columns && line.All(c => c is >= ' ' and <= '~'), line));

        // As many letters as the block's share of the peak, in the order of the legend.
        int header = Array.FindIndex(lines, line => line.StartsWith("block", StringComparison.Ordinal));
        string[] bars = lines[(header + 1)..(header + 4)];
        JsonElement[] blocks = [.. json.RootElement.GetProperty("blockMemory").EnumerateArray()];
        long peak = json.RootElement.GetProperty("peakBytes").GetInt64();
        for (int i = 0; i < 3; i++)
        {
            string bar = bars[i].Split(' ')[^1];
            Assert.Matches("^-*p*o*a*x*w*$", bar);
            double Cells(string part) => 48.0 * blocks[i].GetProperty(part).GetInt64() / peak;
            Assert.InRange(bar.Length - Cells("peakBytes"), -0.51, 0.51);
            Assert.InRange(bar.Count(c => c == 'a') - Cells("activationBytes"), -1.01, 1.01);
        }
        Assert.Contains($"peak 65.5 MB ({peak} bytes) in block 1 of 3, in its backward pass:", lines);
        Assert.Contains(
            "100.0 %", Assert.Single(lines, line => line.StartsWith("end to end (bp)", StringComparison.Ordinal)));
        Assert.Single(lines, line => line.StartsWith("end to end, checkpoint", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.StartsWith("budget", StringComparison.Ordinal));
    }

    [Fact]
    public void The_document_is_complete_and_adds_up()
    {
        const string options = "plan --device cpu --network resnet32 --method dgl+man --blocks 16 --batch 32 --cut balanced";
        using JsonDocument json = Json(options);
        JsonElement root = json.RootElement;
        Assert.Equal("resnet32", root.GetProperty("network").GetString());
        Assert.Equal("dgl+man", root.GetProperty("method").GetString());
        Assert.Equal(
            [15, 32, 32, 10],
            ((string[])["blocks", "batch", "size", "classes"]).Select(name => root.GetProperty(name).GetInt32()));
        Assert.Contains("note: --blocks 16 is every unit its own block: 15", Run(options));
        JsonElement[] blocks = [.. root.GetProperty("blockMemory").EnumerateArray()];
        Assert.Equal(15, blocks.Length);
        string[] parts =
        [
            "elsewhereBytes", "parameterBytes", "optimizerBytes", "activationBytes", "auxiliaryBytes", "workspaceBytes",
        ];
        Assert.All(blocks, block => Assert.Equal(
            block.GetProperty("peakBytes").GetInt64(), parts.Sum(part => block.GetProperty(part).GetInt64())));
        Assert.Equal(
            root.GetProperty("peakBytes").GetInt64(), blocks.Max(block => block.GetProperty("peakBytes").GetInt64()));
        Assert.True(root.GetProperty("endToEnd").GetProperty("peakBytes").GetInt64()
            > root.GetProperty("checkpointing").GetProperty("peakBytes").GetInt64());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("budget").ValueKind);
    }

    [Theory]
    [InlineData("--network resnet50 --batch 2 --blocks 2", 224, 1000)]
    [InlineData("--network vgg13 --batch 2 --blocks 2", 32, 10)]
    [InlineData("--network resnet50 --batch 2 --blocks 2 --size 64 --classes 7", 64, 7)]
    [InlineData("--recipe imagenet-resnet101-man-k4 --batch 2", 224, 1000)]
    [InlineData("--recipe stl10-resnet32-man-k8 --fidelity reference", 32, 100)]
    public void Size_and_classes_come_from_the_network_unless_given(string options, int size, int classes)
    {
        using JsonDocument json = Json($"plan --device cpu {options}");
        Assert.Equal((size, classes), (
            json.RootElement.GetProperty("size").GetInt32(), json.RootElement.GetProperty("classes").GetInt32()));
    }

    [Theory]
    [InlineData("--blocks 3 --batch 16")]
    [InlineData("--method bp --batch 24")]
    [InlineData("--method checkpoint --batch 24 --segments 2")]
    [InlineData("--method infopro+ema --blocks 2 --batch 16 --head 2c2f --weights 1,1,1,1")]
    [InlineData("--method dgl --cut 1.0,2.0 --batch 8")]
    [InlineData("--method auglocal --blocks 3 --batch 16 --aux-depth 2 --stem-block true")]
    [InlineData("--method man --fidelity reference --blocks 3 --batch 16")]
    public void The_predicted_peak_is_what_train_measures_to_the_byte(string options)
    {
        using JsonDocument json = Json($"plan --device cpu --network resnet8 {options}");
        CliProcess.Run(
            scratch.Path,
            [
                "train", "--device", "cpu", "--network", "resnet8", "--limit", "48", "--epochs", "1", "--out", "run",
                .. options.Split(' '),
            ]).Succeeded();
        using JsonDocument summary = Summary("run");
        long measured = summary.RootElement.GetProperty("peakBytes").GetInt64();
        Assert.Equal(measured, json.RootElement.GetProperty("peakBytes").GetInt64());
    }

    [Fact]
    public void A_budget_is_answered_with_the_largest_batch_the_fewest_blocks_and_the_cheapest_method()
    {
        const string options = "plan --device cpu --network resnet20 --blocks 3 --batch 64 --budget 40MB";
        string text = Run(options);
        using JsonDocument json = Json(options);
        JsonElement budget = json.RootElement.GetProperty("budget");
        Assert.False(budget.GetProperty("fits").GetBoolean());
        int largest = budget.GetProperty("largestBatch").GetProperty("batch").GetInt32();
        Assert.True(Peak($"plan --device cpu --blocks 3 --batch {largest}") <= 40_000_000);
        Assert.True(Peak($"plan --device cpu --blocks 3 --batch {largest + 1}") > 40_000_000);
        Assert.Contains($"largest batch for man, 3 blocks: {largest} (", text);
        // No number of blocks is enough for man at this batch: too much of it is the auxiliary's.
        Assert.Equal(JsonValueKind.Null, budget.GetProperty("fewestBlocks").ValueKind);
        Assert.Contains("fewest blocks for man, batch 64: none", text);
        JsonElement[] methods = [.. budget.GetProperty("methods").EnumerateArray()];
        double[] arithmetic = [.. methods.Select(method => method.GetProperty("flopsPerImage").GetDouble())];
        Assert.Equal(arithmetic.Order(), arithmetic);
        JsonElement cheapest = methods.First(method => method.GetProperty("fits").GetBoolean());
        string line = Assert.Single(
            text.Split('\n'), line => line.EndsWith("fits, the cheapest", StringComparison.Ordinal));
        Assert.StartsWith($"    {cheapest.GetProperty("method").GetString()} ", line);
        line = Assert.Single(text.Split('\n'), line => line.StartsWith("    bp ", StringComparison.Ordinal));
        Assert.EndsWith("does not fit", line);
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= Columns, line));
    }

    [Theory]
    [InlineData("cuda:7")]
    [InlineData("opencl:7")]
    [InlineData("dry:cuda")]
    public void A_device_that_is_not_there_can_be_planned_for(string device)
    {
        long peak = Peak($"plan --device {device} --network resnet8");
        Assert.Equal(0, peak % 256);
        Assert.NotEqual(Peak("plan --device cpu --network resnet8"), peak);
    }

    [Fact]
    public void Nothing_that_fits_at_this_batch_is_said_with_what_would()
    {
        string text = Run("plan --device cpu --network resnet8 --batch 512 --method bp --budget 2.2MB");
        Assert.Contains("nothing fits with batch 512. Use --method ", text);
        Assert.Contains("--batch 2 (", text);
        Assert.DoesNotContain("fewest blocks for bp", text);
    }

    private string Run(string options) => CliProcess.Run(scratch.Path, options.Split(' ')).Succeeded().Output;

    private JsonDocument Json(string options) => JsonDocument.Parse(Run($"{options} --json"));

    private long Peak(string options)
    {
        using JsonDocument json = Json(options);
        return json.RootElement.GetProperty("peakBytes").GetInt64();
    }

    private JsonDocument Summary(string folder) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(scratch.Path, folder, "summary.json")));
}
