using ManSharp.Cli;
using ManSharp.Cli.Sweeps;
using ManSharp.Tests.Pure.Datasets;
using Xunit;

namespace ManSharp.Tests.Pure.Cli;

/// <summary>What the JSON of a sweep means, and what is wrong with one.</summary>
public sealed class SweepFileTests : IDisposable
{
    private readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Runs_take_the_defaults_and_are_named_by_what_differs_from_them()
    {
        List<SweepEntry> entries = Read("""
            {
              // Comments are allowed.
              "data": "photos",
              "defaults": { "network": "resnet8", "epochs": 5, "strict": true, "limit": 100, "seed": 4 },
              "runs": [
                { "method": "bp", "seeds": [1, 2], "epochs": 5 },
                { "method": "greedy", "epochs": 6, "strict": false, "weights": [5, 0.5, 1e-1, 2], "limit": null },
                { "name": "own", "method": "dgl", "data": "others", "seed": 18446744073709551615 },
                { "recipe": "cifar10-resnet32-man-k16", "stem-block": true },
                { "lr": 0.5 },
              ],
            }
            """);
        Assert.Equal(
            [
                "bp-1", "bp-2", "greedy-epochs6-no-strict-weights5,0.5,1e-1,2-limit-default-4",
                "own-18446744073709551615", "cifar10-resnet32-man-k16-stem-block-4", "man-lr0.5-4",
            ],
            entries.Select(entry => entry.Name));
        Assert.Equal("bp", entries[1].Group);
        Assert.Equal(
            "--data=photos --epochs=5 --limit=100 --method=bp --network=resnet8 --seed=2 --strict=true",
            string.Join(' ', entries[1].Arguments.Order()));
        Assert.Equal(
            "--data=photos --epochs=6 --method=greedy --network=resnet8 --seed=4 --strict=false "
            + "--weights=5,0.5,1e-1,2",
            string.Join(' ', entries[2].Arguments.Order()));
        Assert.Contains("--data=others", entries[3].Arguments);
    }

    [Fact]
    public void Data_of_the_command_line_stand_for_the_file_s_but_not_for_a_run_s_own()
    {
        List<SweepEntry> entries = Read(
            """{ "data": "a", "runs": [{ "method": "bp" }, { "data": "b", "name": "x" }] }""", data: "c");
        Assert.Contains("--data=c", entries[0].Arguments);
        Assert.Contains("--data=b", entries[1].Arguments);
    }

    [Theory]
    [InlineData("""[1]""", "an object with \"runs\"", "[1]")]
    [InlineData("""{"run": []}""", "unknown key \"run\"", "\"runs\"?")]
    [InlineData("""{"runs": []}""", "at least one run", "Got []")]
    [InlineData("""{"defaults": {}}""", "at least one run", "Got none")]
    [InlineData("""{"runs": [1]}""", "run 1", "an object of train's options", "Got 1")]
    [InlineData("""{"runs": [{}, {"methd": "bp"}]}""", "run 2", "unknown key \"methd\"", "\"method\"?")]
    [InlineData("""{"runs": [{"Epochs": 1}]}""", "unknown key \"Epochs\"", "\"epochs\"?")]
    [InlineData("""{"runs": [{"zzzzz": 1}]}""", "unknown key \"zzzzz\"", "mansharp train --help")]
    [InlineData("""{"defaults": {"name": "x"}, "runs": [{}]}""", "defaults", "unknown key \"name\"")]
    [InlineData("""{"runs": [{"out": "x"}]}""", "\"out\"", "Give --out to sweep")]
    [InlineData("""{"runs": [{"threads": 1}]}""", "\"threads\"", "Give --threads to sweep")]
    [InlineData("""{"runs": [{"epochs": {"a": 1}}]}""", "\"epochs\"", "a word, a number", "{\"a\": 1}")]
    [InlineData("""{"runs": [{"seeds": []}]}""", "a list of whole numbers", "Got []")]
    [InlineData("""{"runs": [{"seeds": [1.5]}]}""", "a list of whole numbers", "Got [1.5]")]
    [InlineData("""{"runs": [{"seeds": [1], "seed": 1}]}""", "seed or seeds", "both")]
    [InlineData("""{"runs": [{"seeds": [1, 1]}]}""", "different names", "2 named 'man-1'")]
    [InlineData("""{"runs": [{"name": "a"}, {"name": "A"}]}""", "different names", "2 named 'a-0'")]
    [InlineData("""{"runs": [{"name": "../a"}]}""", "'../a'", "Choose another name")]
    [InlineData("""{"runs": [{"name": ""}]}""", "Got ''", "Choose another name")]
    [InlineData("""{"runs": [{"data": "a/b"}]}""", "'man-dataa/b'", "Give the run a \"name\"")]
    [InlineData("""{"data": "a", "defaults": {"data": "b"}, "runs": [{}]}""", "\"data\"", "Take one away")]
    [InlineData("""{"data": 1, "runs": [{}]}""", "\"data\"", "a path", "Got 1")]
    [InlineData("""{"runs": [{"method": "bp", "method": "dgl"}]}""", "JSON was expected", "method")]
    [InlineData("""{"runs": [{]}""", "JSON was expected", "LineNumber: 0")]
    public void A_file_that_is_no_sweep_is_refused(string json, params string[] words)
    {
        var exception = Assert.Throws<InputException>(() => Read(json));
        Assert.StartsWith(Path.Combine(scratch.Path, "sweep.json"), exception.Message);
        Assert.All(words, word => Assert.Contains(word, exception.Message));
    }

    [Fact]
    public void The_accuracy_sweep_of_the_documentation_is_one()
    {
        List<SweepEntry> entries = Documented("accuracy.json");
        Assert.Equal(64, entries.Count);
        string[] some = ["bp-3", "infopro+man-2", "dgl+man++-1", "man-paper-1", "man-w0.1-1", "checkpoint-1"];
        Assert.All(some, name => Assert.Contains(name, entries.Select(entry => entry.Name)));
        Assert.All(entries, entry => Assert.Contains("--blocks=9", entry.Arguments));
        Assert.Contains("--weights=5,4,0.5,0.4", entries.Single(entry => entry.Name == "man-paper-1").Arguments);
    }

    [Fact]
    public void So_is_the_sweep_of_longer_runs()
    {
        List<SweepEntry> entries = Documented("epochs.json");
        Assert.Equal(6, entries.Count);
        Assert.All(entries, entry => Assert.Contains("--epochs=20", entry.Arguments));
    }

    private static List<SweepEntry> Documented(string file) =>
        SweepFile.Read(Path.Combine(AppContext.BaseDirectory, "sweeps", file), SweepRun.Keys(), data: "shapes");

    private List<SweepEntry> Read(string json, string? data = null) =>
        SweepFile.Read(scratch.Write("sweep.json", System.Text.Encoding.UTF8.GetBytes(json)), SweepRun.Keys(), data);
}
