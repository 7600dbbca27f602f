using System.Diagnostics;
using System.Text.Json;
using ManSharp.Tests.Pure.Datasets;
using Xunit;

namespace ManSharp.Tests.Whole.Cli;

public sealed class TrainFormsTests : IDisposable
{
    private readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void The_default_form_trains_in_blocks_into_a_folder_of_its_own_with_less_memory_than_end_to_end()
    {
        CliProcess.Run(scratch.Path, "train", "--epochs", "1", "--limit", "64").Succeeded();
        string folder = Assert.Single(Directory.EnumerateDirectories(Path.Combine(scratch.Path, "runs")));
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "config.json")));
        Assert.Equal("resnet20", config.RootElement.GetProperty("network").GetString());
        Assert.Equal("man", config.RootElement.GetProperty("method").GetProperty("name").GetString());
        Assert.True(config.RootElement.GetProperty("blocks").GetInt32() > 1);
        using JsonDocument summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "summary.json")));
        JsonElement root = summary.RootElement;
        Assert.Equal(root.GetProperty("predictedPeakBytes").GetInt64(), root.GetProperty("peakBytes").GetInt64());
        Assert.True(root.GetProperty("peakBytes").GetInt64() < root.GetProperty("endToEndPeakBytes").GetInt64());
    }

    [Theory]
    [InlineData("bp", "--weight-decay", "0.001")]
    [InlineData("infopro", "--label-loss", "contrast")]
    [InlineData("infopro+ema", "--head", "2c1f")]
    [InlineData("infopro+bias", "--weights", "1,0.5,0.5,1")]
    [InlineData("checkpoint", "--segments", "2")]
    [InlineData("dgl+man", "--cut", "balanced")]
    [InlineData("predsim", "--cut", "even")]
    [InlineData("auglocal", "--aux-depth", "1")]
    [InlineData("man", "--fidelity", "reference")]
    [InlineData("greedy+man++", "--momentum-ema", "0.9")]
    public void Every_method_trains(string method, string option, string value)
    {
        string output = CliProcess.Run(scratch.Path, [
            "train", "--method", method, "--network", "resnet8", "--blocks", "2", "--limit", "32", "--batch", "16",
            "--epochs", "1", "--out", "out", option, value]).Succeeded().Output;
        string expected = method is "bp" or "checkpoint" ? $"note: {method} trains end to end, so --blocks 2 is taken as 1" : "2 blocks";
        Assert.Contains(expected, output);
        string metrics = Assert.Single(File.ReadAllLines(Path.Combine(scratch.Path, "out", "metrics.jsonl")));
        using JsonDocument epoch = JsonDocument.Parse(metrics);
        // A contrastive head has no class scores.
        Assert.Equal(
            value == "contrast" ? JsonValueKind.Null : JsonValueKind.Number,
            epoch.RootElement.GetProperty("blocks")[0].GetProperty("accuracy").ValueKind);
    }

    [Fact]
    public void A_recipe_fills_what_is_not_given()
    {
        scratch.WriteClasses("photos/", classes: 2, images: 10);
        CliProcess.Run(
            scratch.Path, "train", "--recipe", "cifar10-resnet32-infopro-k16", "--data", "photos", "--size", "16",
            "--network", "resnet8", "--blocks", "3", "--batch", "4", "--epochs", "1", "--out", "out").Succeeded();
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(Path.Combine(scratch.Path, "out", "config.json")));
        JsonElement root = config.RootElement, method = root.GetProperty("method");
        Assert.Equal("cifar10-resnet32-infopro-k16", root.GetProperty("recipe").GetString());
        Assert.Equal(("contrast", "1c2f", "paper"), (method.GetProperty("labelLoss").GetString(),
            method.GetProperty("head").GetString(), method.GetProperty("fidelity").GetString()));
        Assert.Equal(0.05f, method.GetProperty("weights").GetProperty("labelFirst").GetSingle());
        Assert.Equal((0.8f, 3), (root.GetProperty("learningRate").GetSingle(), root.GetProperty("blocks").GetInt32()));
        Assert.Equal(4, root.GetProperty("data").GetProperty("cropPadding").GetInt32());
        string list = CliProcess.Run(scratch.Path, "train", "--recipe", "list").Succeeded().Output;
        Assert.Contains("imagenet-resnet101-man-k4", list);
    }

    [Fact]
    public void Folders_of_images_are_trained_on_and_their_unreadable_ones_are_skipped_counted_and_named()
    {
        scratch.WriteClasses("photos/", classes: 2, images: 10);
        scratch.Write("photos/class0/broken.png", [1, 2, 3]);
        CliProcess.Result result = CliProcess.Run(
            scratch.Path, "train", "--data", "photos", "--network", "resnet8", "--blocks", "2", "--size", "8",
            "--batch", "4", "--epochs", "1", "--out", "out").Succeeded();
        Assert.Contains("skipped 1 unreadable image: photos/class0/broken.png", result.Output);
        using JsonDocument summary = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(scratch.Path, "out", "summary.json")));
        Assert.Equal(1, summary.RootElement.GetProperty("skippedImages").GetInt32());
        Assert.EndsWith(
            "broken.png", summary.RootElement.GetProperty("skippedExamples")[0].GetProperty("file").GetString(),
            StringComparison.Ordinal);
        string eval = CliProcess.Run(scratch.Path, "eval", "out", "--data", "photos").Succeeded().Output;
        double accuracy = summary.RootElement.GetProperty("testAccuracy").GetDouble();
        Assert.Contains($"({Math.Round(4 * accuracy)} of 4 images)", eval);
    }

    [Fact]
    public void A_data_set_without_test_images_is_trained_on_and_says_so()
    {
        scratch.WriteClasses("photos/", classes: 4, images: 1);
        string output = CliProcess.Run(
            scratch.Path, "train", "--data", "photos", "--network", "resnet8", "--blocks", "1", "--batch", "2",
            "--epochs", "1", "--out", "out").Succeeded().Output;
        Assert.Contains("no test images", output);
        Assert.Contains("train accuracy", output);
    }

    [Fact]
    public void A_diverging_run_fails_with_the_place_and_a_remedy()
    {
        CliProcess.Result result = CliProcess.Run(
            scratch.Path, "train", "--network", "resnet8", "--blocks", "2", "--limit", "320", "--batch", "16",
            "--epochs", "1", "--lr", "1000", "--out", "out");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Training diverged: the loss of block ", result.Error);
        Assert.Contains("epoch 1, step ", result.Error);
        Assert.Contains("Use a lower --lr than 1000", result.Error);
        Assert.False(Directory.Exists(Path.Combine(scratch.Path, "out")));
    }

    [Fact]
    public void Ctrl_c_ends_with_130_and_complete_files()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "sends SIGINT with kill");
        Assert.SkipWhen(
            IgnoresInterrupt(), "SIGINT is ignored here, as behind nohup or in a script's background, and programs inherit that");
        CliProcess.Result result = CliProcess.Run(
            scratch.Path,
            (process, line) =>
            {
                if (line.StartsWith("epoch ", StringComparison.Ordinal) && line.Contains("  test "))
                    Process.Start("kill", ["-INT", $"{process.Id}"]).Dispose();
            },
            "train", "--network", "resnet8", "--blocks", "2", "--limit", "64", "--batch", "32", "--epochs", "10000",
            "--out", "out");
        Assert.Equal(130, result.ExitCode);
        Assert.Contains("the files are complete up to epoch ", result.Error);
        string folder = Path.Combine(scratch.Path, "out");
        using JsonDocument summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "summary.json")));
        Assert.Equal("interrupted", summary.RootElement.GetProperty("status").GetString());
        Assert.Equal(
            File.ReadAllLines(Path.Combine(folder, "metrics.jsonl")).Length,
            summary.RootElement.GetProperty("epochsDone").GetInt32());
        Assert.True(File.Exists(Path.Combine(folder, "model.safetensors")));
        Assert.Empty(Directory.EnumerateFiles(folder, "*.tmp"));
    }

    // The second bit of the ignored signals, where the system tells them.
    private static bool IgnoresInterrupt()
    {
        const string status = "/proc/self/status", name = "SigIgn:";
        if (!File.Exists(status))
            return false;
        string line = File.ReadLines(status).First(text => text.StartsWith(name, StringComparison.Ordinal));
        return (Convert.ToUInt64(line[name.Length..].Trim(), 16) & 0b10) != 0;
    }
}
