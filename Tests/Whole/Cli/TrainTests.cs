using System.Text.Json;
using ManSharp.Layers.Files;
using Xunit;

namespace ManSharp.Tests.Whole.Cli;

public sealed class TrainTests(TinyRun run) : IClassFixture<TinyRun>
{
    [Fact]
    public void Plain_output_has_a_line_for_every_epoch_a_table_and_no_control_characters()
    {
        string[] lines = run.Result.Output.Split('\n');
        Assert.Equal(
            2, lines.Count(line => line.StartsWith("epoch ", StringComparison.Ordinal) && line.Contains("  test ")));
        // Three losses, and the accuracies of the heads of the first two blocks.
        Assert.Equal(2, lines.Count(line => System.Text.RegularExpressions.Regex.IsMatch(
            line, @"  loss \S+ \S+ \S+  heads \d+ \d+ %  ")));
        string[] names = ["test accuracy", "time", "parameters", "peak memory", "end to end", "written to run"];
        foreach (string name in names)
            Assert.Single(lines, line => line.StartsWith(name, StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', run.Result.Output);
    }

    [Fact]
    public void The_folder_holds_complete_files_and_nothing_else()
    {
        string[] files =
            [.. Directory.EnumerateFileSystemEntries(run.Folder).Select(path => Path.GetFileName(path)).Order()];
        Assert.Equal(["config.json", "metrics.jsonl", "model.safetensors", "summary.json"], files);
    }

    [Fact]
    public void The_configuration_names_defaults_too()
    {
        using JsonDocument config = Read("config.json");
        JsonElement root = config.RootElement;
        Assert.Equal("resnet8", root.GetProperty("network").GetString());
        Assert.Equal("man", root.GetProperty("method").GetProperty("name").GetString());
        Assert.Equal(0.995f, root.GetProperty("method").GetProperty("momentumEma").GetSingle());
        Assert.Equal("1c2f", root.GetProperty("method").GetProperty("head").GetString());
        Assert.Equal([0, 1, 2], root.GetProperty("blockEnds").EnumerateArray().Select(end => end.GetInt32()));
        Assert.Equal(7, root.GetProperty("seed").GetInt32());
        Assert.Equal(96, root.GetProperty("data").GetProperty("trainImages").GetInt32());
        Assert.StartsWith("0.", root.GetProperty("version").GetString());
    }

    [Fact]
    public void Metrics_have_a_line_for_every_epoch_and_losses_for_every_block()
    {
        string[] lines = File.ReadAllLines(Path.Combine(run.Folder, "metrics.jsonl"));
        Assert.Equal(2, lines.Length);
        for (int epoch = 1; epoch <= lines.Length; epoch++)
        {
            using JsonDocument line = JsonDocument.Parse(lines[epoch - 1]);
            JsonElement root = line.RootElement;
            Assert.Equal(epoch, root.GetProperty("epoch").GetInt32());
            Assert.Equal(3, root.GetProperty("blocks").GetArrayLength());
            Assert.All(
                root.GetProperty("blocks").EnumerateArray(),
                block => Assert.InRange(block.GetProperty("total").GetDouble(), 0.1, 100));
            Assert.All(
                root.GetProperty("blocks").EnumerateArray(),
                block => Assert.InRange(96 * block.GetProperty("accuracy").GetDouble(), 1, 95));
            Assert.Equal(
                root.GetProperty("trainAccuracy").GetDouble(),
                root.GetProperty("blocks")[2].GetProperty("accuracy").GetDouble());
            Assert.InRange(root.GetProperty("testAccuracy").GetDouble(), 0, 1);
            Assert.InRange(root.GetProperty("trainAccuracy").GetDouble(), 0, 1);
            string[] positive =
                ["learningRate", "trainingSeconds", "imagesPerSecond", "runSeconds", "liveBytes", "peakBytes"];
            foreach (string name in positive)
                Assert.True(root.GetProperty(name).GetDouble() > 0, name);
        }
    }

    [Fact]
    public void The_summary_has_the_results_and_the_dry_device_predicted_the_memory_exactly()
    {
        using JsonDocument summary = Read("summary.json");
        JsonElement root = summary.RootElement;
        Assert.Equal("completed", root.GetProperty("status").GetString());
        Assert.Equal(2, root.GetProperty("epochsDone").GetInt32());
        Assert.True(root.GetProperty("bestTestAccuracy").GetDouble() >= root.GetProperty("testAccuracy").GetDouble());
        Assert.Equal(root.GetProperty("predictedPeakBytes").GetInt64(), root.GetProperty("peakBytes").GetInt64());
        Assert.True(root.GetProperty("allParameters").GetInt64() > root.GetProperty("networkParameters").GetInt64());
        Assert.Equal(0, root.GetProperty("skippedImages").GetInt32());
    }

    [Fact]
    public void The_model_is_the_plain_network_in_the_conventions_of_pytorch()
    {
        using SafetensorsFile file = SafetensorsFile.Open(run.Model);
        var norms = new[] { "weight", "bias", "running_mean", "running_var" };
        List<string> expected = ["conv1.weight", .. norms.Select(name => $"bn1.{name}")];
        foreach (int stage in new[] { 1, 2, 3 })
        {
            foreach (int half in new[] { 1, 2 })
                expected.AddRange([
                    $"layer{stage}.0.conv{half}.weight", .. norms.Select(name => $"layer{stage}.0.bn{half}.{name}")]);
            if (stage > 1)
                expected.AddRange([
                    $"layer{stage}.0.downsample.0.weight",
                    .. norms.Select(name => $"layer{stage}.0.downsample.1.{name}")]);
        }
        expected.AddRange(["fc.weight", "fc.bias"]);
        Assert.Equal(expected.Order(), file.Entries.Select(entry => entry.Name).Order());
        Assert.Equal([16, 3, 3, 3], ShapeOf("conv1.weight"));
        Assert.Equal([32, 16, 3, 3], ShapeOf("layer2.0.conv1.weight"));
        Assert.Equal([32, 16, 1, 1], ShapeOf("layer2.0.downsample.0.weight"));
        Assert.Equal([10, 64], ShapeOf("fc.weight"));
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal("resnet8", file.Metadata["network"]);
        Assert.Equal("32", file.Metadata["image_size"]);
        Assert.Equal(10, JsonSerializer.Deserialize<string[]>(file.Metadata["classes"])!.Length);
        Assert.Equal(3, JsonSerializer.Deserialize<float[]>(file.Metadata["mean"])!.Length);
        Assert.Equal(3, JsonSerializer.Deserialize<float[]>(file.Metadata["std"])!.Length);

        long[] ShapeOf(string name) => file.TryGet(name, out SafetensorsEntry? entry) ? [.. entry.Shape] : [];
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public void One_seed_gives_the_same_bits_with_any_number_of_threads(string threads)
    {
        string folder = $"again-{threads}";
        run.Train(folder, "--threads", threads).Succeeded();
        byte[] again = File.ReadAllBytes(Path.Combine(run.Working, folder, "model.safetensors"));
        Assert.Equal(File.ReadAllBytes(run.Model), again);
    }

    [Fact]
    public void Another_seed_gives_another_model()
    {
        Assert.NotEqual(ModelOf("8"), ModelOf("9"));

        byte[] ModelOf(string seed)
        {
            CliProcess.Run(
                run.Working, "train", "--network", "resnet8", "--limit", "32", "--batch", "32", "--epochs", "1",
                "--blocks", "1", "--seed", seed, "--out", $"seed-{seed}").Succeeded();
            return File.ReadAllBytes(Path.Combine(run.Working, $"seed-{seed}", "model.safetensors"));
        }
    }

    [Fact]
    public void Eval_finds_the_accuracy_that_train_found()
    {
        string output = CliProcess.Run(run.Working, "eval", run.Model, "--batch", "77").Succeeded().Output;
        using JsonDocument summary = Read("summary.json");
        double accuracy = summary.RootElement.GetProperty("testAccuracy").GetDouble();
        Assert.Contains($"({Math.Round(2000 * accuracy)} of 2000 images)", output);
        Assert.Contains("resnet8 on shapes", output);
        Assert.Equal(output, CliProcess.Run(run.Working, "eval", "run", "--threads", "1").Succeeded().Output);
    }

    private JsonDocument Read(string name) => JsonDocument.Parse(File.ReadAllText(Path.Combine(run.Folder, name)));
}
