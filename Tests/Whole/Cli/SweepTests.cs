using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ManSharp.Cli.Sweeps;
using ManSharp.Tests.Pure.Datasets;
using Xunit;

namespace ManSharp.Tests.Whole.Cli;

public sealed class SweepTests : IDisposable
{
    private const string Small =
        "\"defaults\": {\"network\": \"resnet8\", \"blocks\": 2, \"epochs\": 1, \"batch\": 16, \"limit\": 32}";

    private static readonly string[] smallOptions =
        ["--network", "resnet8", "--blocks", "2", "--batch", "16", "--limit", "32"];

    private readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void A_sweep_adopts_what_train_made_makes_the_rest_and_then_nothing_more()
    {
        Train("runs/s/bp-2", "--method", "bp", "--seed", "2");
        Train("runs/s/paper-1", "--method", "infopro+man", "--weights", "5,4,0.5,0.4", "--seed", "1");
        Write("""
            "runs": [{"method": "bp", "seeds": [1, 2]},
                     {"method": "man", "name": "paper", "weights": [5, 4, 0.5, 0.4], "seed": 1}]
            """);
        byte[] adopted = Model("bp-2");
        // What was found out about a run afterwards does not make it another one.
        scratch.Write("runs/s/bp-2/probe/probe.json", [1]);
        CliProcess.Result first = Sweep().Succeeded();
        Assert.Contains("3 runs into runs/s, 2 of them done", first.Output);
        Assert.Equal(["runs/s/bp-1"], Made(first));
        Assert.Equal(adopted, Model("bp-2"));

        double[] accuracies = [AccuracyOf("bp-1"), AccuracyOf("bp-2")];
        double mean = (accuracies[0] + accuracies[1]) / 2;
        double deviation = Math.Abs(accuracies[0] - accuracies[1]) / Math.Sqrt(2);
        string bp = $"{100 * mean:0.00} ± {100 * deviation:0.00}";
        Assert.Contains(bp, first.Output);
        string page = File.ReadAllText(Path.Combine(scratch.Path, "runs/s/table.md"));
        Assert.Contains($"| bp | 1 | 2 | {bp} | {100 * accuracies[0]:0.00}, {100 * accuracies[1]:0.00} |", page);
        Assert.Contains("| paper | 2 | 1 |", page);
        using JsonDocument results = Read("results.json");
        JsonElement group = results.RootElement.GetProperty("groups")[0];
        Assert.Equal(mean, group.GetProperty("testAccuracy").GetProperty("mean").GetDouble(), 12);
        Assert.Equal(deviation, group.GetProperty("testAccuracy").GetProperty("standardDeviation").GetDouble(), 12);
        Assert.True(group.GetProperty("stepFlops").GetDouble() > 1e6);
        Assert.StartsWith("0.", group.GetProperty("seeds")[1].GetProperty("version").GetString());

        CliProcess.Result again = Sweep().Succeeded();
        Assert.Empty(Made(again));
        Assert.Contains("3 of them done", again.Output);
        Assert.Contains(bp, again.Output);
    }

    [Fact]
    public void A_run_that_diverges_in_its_first_epoch_is_a_row_that_stays()
    {
        Write("""
            "runs": [{"method": "greedy", "lr": 1000, "limit": 320}, {"method": "bp"}]
            """);
        CliProcess.Result first = Sweep().Succeeded();
        Assert.Equal(["runs/s/greedy-lr1000-limit320-0", "runs/s/bp-0"], Made(first));
        Assert.Contains("greedy-lr1000-limit320-0: Training diverged: the loss of block ", first.Output);
        CliProcess.Result again = Sweep().Succeeded();
        Assert.Empty(Made(again));
        Assert.Contains("Training diverged", again.Output);
        using JsonDocument results = Read("results.json");
        JsonElement group = results.RootElement.GetProperty("groups")[0];
        Assert.Equal((1, 0), (group.GetProperty("diverged").GetInt32(), group.GetProperty("completed").GetInt32()));
        Assert.Equal(JsonValueKind.Null, group.GetProperty("testAccuracy").ValueKind);
    }

    [Fact]
    public void Every_configuration_is_checked_before_the_first_run()
    {
        Write("""
            "runs": [{"method": "bp"}, {"method": "greedy", "batch": 64}]
            """);
        Sweep().RefusedWith("s.json, greedy-batch64-0", "--batch: at most the 32 training images", "Got 64");
        Write("""
            "runs": [{"method": "bp"}, {"method": "magic"}]
            """);
        Sweep().RefusedWith("s.json, magic-0", "'magic'", "infopro");
        Write("""
            "runs": [{"method": "bp"}, {"method": "man", "data": "nowhere"}]
            """);
        Sweep().RefusedWith("nowhere", "does not exist");
        Assert.False(Directory.Exists(Path.Combine(scratch.Path, "runs")));
    }

    [Fact]
    public void A_folder_of_another_run_or_of_something_else_is_refused_and_stays()
    {
        Train("runs/s/bp-1", "--method", "bp", "--seed", "1", "--weight-decay", "0.5");
        Write("""
            "runs": [{"method": "greedy"}, {"method": "bp", "seed": 1}]
            """);
        byte[] model = Model("bp-1");
        Sweep().RefusedWith("runs/s/bp-1", "sgd.weightDecay 0.0001", "Got sgd.weightDecay 0.5", "--out");
        Assert.Equal(model, Model("bp-1"));
        scratch.Write("runs/t/bp-1/notes.txt", [1]);
        Sweep("runs/t").RefusedWith("runs/t/bp-1", "'notes.txt'", "Move it away");
        string left = Assert.Single(Directory.EnumerateFileSystemEntries(Path.Combine(scratch.Path, "runs/t")));
        Assert.Equal("bp-1", Path.GetFileName(left));
    }

    [Fact]
    public void Ctrl_c_keeps_what_is_done_and_the_same_command_goes_on_with_the_interrupted_run()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "sends SIGINT with kill");
        Write("""
            "runs": [{"method": "bp"}, {"method": "greedy", "epochs": 10000}]
            """);
        CliProcess.Result stopped = CliProcess.Run(
            scratch.Path,
            (process, line) =>
            {
                if (line.StartsWith("epoch ", StringComparison.Ordinal) && line.Contains("/10000  test "))
                    Process.Start("kill", ["-INT", $"{process.Id}"]).Dispose();
            },
            "sweep", "s.json");
        Assert.Equal(130, stopped.ExitCode);
        Assert.Contains("Stopped in greedy-epochs10000-0: 1 of 2 runs are done", stopped.Error);
        Assert.Contains("still to be made: greedy-epochs10000-0", stopped.Output);
        // The same folder with fewer epochs is another run: put the name to it, and it is not taken for this one.
        Write("""
            "runs": [{"method": "bp"}, {"name": "greedy-epochs10000", "method": "greedy"}]
            """);
        Sweep().RefusedWith("epochs 1", "Got epochs 10000");
        Write("""
            "runs": [{"method": "bp"}, {"method": "greedy", "epochs": 10000}]
            """);
        CliProcess.Result resumed = CliProcess.Run(
            scratch.Path,
            (process, line) =>
            {
                if (line.StartsWith("epoch ", StringComparison.Ordinal) && line.Contains("/10000  test "))
                    process.Kill();
            },
            "sweep", "s.json");
        Assert.Contains("run 2 of 2: greedy-epochs10000-0, which was interrupted, from its beginning", resumed.Output);
        Assert.Equal(["runs/s/greedy-epochs10000-0"], Made(resumed));
        Assert.False(File.Exists(Path.Combine(scratch.Path, "runs/s/greedy-epochs10000-0/summary.json")));
    }

    [Fact]
    public void A_run_that_another_process_makes_is_left_to_it_and_one_of_a_dead_process_is_not()
    {
        Write("""
            "runs": [{"method": "bp", "seeds": [1, 2, 3]}]
            """);
        string output = Path.Combine(scratch.Path, "runs/s");
        using (RunClaim claim = RunClaim.TryTake(output, "bp-2")!)
        {
            Assert.Null(RunClaim.TryTake(output, "bp-2"));
            CliProcess.Result first = Sweep().Succeeded();
            Assert.Equal(["runs/s/bp-1", "runs/s/bp-3"], Made(first));
            Assert.Contains("run 2 of 3: bp-2 is being made by another process", first.Output);
            Assert.Contains("still to be made: bp-2", first.Output);
        }
        // A train without a sweep: its configuration is there, held, and no summary.
        Directory.Delete(Path.Combine(output, "bp-3"), recursive: true);
        CliProcess.Result? during = null;
        CliProcess.Run(
            scratch.Path,
            (process, line) =>
            {
                if (during is not null || !line.StartsWith("epoch ", StringComparison.Ordinal))
                    return;
                Write("""
                    "runs": [{"method": "bp", "seeds": [1, 2]},
                             {"name": "bp", "method": "bp", "epochs": 10000, "seed": 3}]
                    """);
                during = Sweep();
                process.Kill();
            },
            ["train", .. smallOptions, "--method", "bp", "--seed", "3", "--epochs", "10000", "--out", "runs/s/bp-3"]);
        Assert.Equal(["runs/s/bp-2"], Made(during!.Succeeded()));
        Assert.Contains("bp-3 is being made by another process", during.Output);
        Assert.Contains("still running in another process: bp-3", during.Output);
        Assert.True(File.Exists(Path.Combine(output, "bp-3", "config.json")));
    }

    [Fact]
    public void Two_processes_share_the_runs_between_them()
    {
        Write("""
            "runs": [{"method": "bp", "seeds": [1, 2, 3, 4, 5, 6]}]
            """);
        CliProcess.Result[] both = new CliProcess.Result[2];
        Parallel.For(0, 2, i => both[i] = Sweep().Succeeded());
        Assert.Equal(
            Enumerable.Range(1, 6).Select(seed => $"runs/s/bp-{seed}"), both.SelectMany(Made).Order());
        Assert.Contains("6 of them done", Sweep().Succeeded().Output);
    }

    private void Train(string folder, params string[] options) =>
        CliProcess.Run(
            scratch.Path, ["train", .. smallOptions, "--epochs", "1", "--out", folder, .. options]).Succeeded();

    private void Write(string runs) => scratch.Write("s.json", Encoding.UTF8.GetBytes($"{{ {Small}, {runs} }}"));

    private CliProcess.Result Sweep(string? output = null) =>
        CliProcess.Run(scratch.Path, output is null ? ["sweep", "s.json"] : ["sweep", "s.json", "--out", output]);

    private static string[] Made(CliProcess.Result result) =>
    [
        .. result.Output.Split('\n').Where(line => line.StartsWith("writing to ", StringComparison.Ordinal))
            .Select(line => line["writing to ".Length..]),
    ];

    private byte[] Model(string name) =>
        File.ReadAllBytes(Path.Combine(scratch.Path, "runs/s", name, "model.safetensors"));

    private double AccuracyOf(string name)
    {
        using JsonDocument summary = Read($"{name}/summary.json");
        return summary.RootElement.GetProperty("testAccuracy").GetDouble();
    }

    private JsonDocument Read(string name) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(scratch.Path, "runs/s", name)));
}
