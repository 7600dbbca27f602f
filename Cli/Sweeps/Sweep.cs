using ManSharp.Cli.Training;

namespace ManSharp.Cli.Sweeps;

/// <summary>
/// Makes the runs of a sweep one after another, each by train's own code, skips those whose folders hold them already,
/// and writes the table. Several processes may make the same sweep at once: each takes the next run that is free.
/// </summary>
internal sealed class Sweep
{
    private const string TableName = "table.md", ResultsName = "results.json";

    private readonly string file, output;
    private readonly Interruption interruption;
    private readonly List<SweepRun> runs;

    private Sweep(string file, string output, List<SweepRun> runs, Interruption interruption) =>
        (this.file, this.output, this.runs, this.interruption) = (file, output, runs, interruption);

    /// <summary>Checks every configuration and every folder, then makes what is missing.</summary>
    internal static int Execute(string file, string? output, string? data, int threads, Interruption interruption)
    {
        output ??= Path.Combine("runs", Path.GetFileNameWithoutExtension(file));
        List<SweepEntry> entries = SweepFile.Read(file, SweepRun.Keys(), data);
        using var shelf = new DataShelf();
        List<SweepRun> runs = [.. entries.Select(entry => SweepRun.Check(file, entry, output, threads, shelf))];
        var sweep = new Sweep(file, output, runs, interruption);
        sweep.Announce([.. runs.Select(RunRecord.Read)]);
        interruption.Listen();
        sweep.Make(shelf);
        sweep.Report();
        return ExitCode.Fine;
    }

    private void Announce(RunRecord[] records)
    {
        int done = records.Count(record => record.IsDone);
        Console.WriteLine(
            $"{file}: {runs.Count} {(runs.Count == 1 ? "run" : "runs")} into {output}, {done} of them done");
    }

    private void Make(DataShelf shelf)
    {
        for (int i = 0; i < runs.Count; i++)
        {
            SweepRun run = runs[i];
            using RunClaim? claim = RunClaim.TryTake(output, run.Entry.Name);
            // Another process has it, or had it a moment ago: the folder says so now.
            RunRecord record = RunRecord.Read(run);
            if (record.IsDone)
                continue;
            bool taken = claim is null || record.Status == RunStatus.Running;
            string remark = taken ? " is being made by another process"
                : record.Status == RunStatus.Interrupted ? ", which was interrupted, from its beginning"
                : "";
            Console.WriteLine();
            Console.WriteLine($"run {i + 1} of {runs.Count}: {run.Entry.Name}{remark}");
            if (taken)
                continue;
            if (record.Status == RunStatus.Interrupted)
                RunRecord.Remove(run.Folder);
            Train(run, shelf);
        }
    }

    private void Train(SweepRun run, DataShelf shelf)
    {
        try
        {
            interruption.ThrowIfRequested();
            TrainingRun.Execute(run.Settings, interruption, shelf, keepsDiverged: true);
        }
        catch (FailedException exception)
        {
            Console.WriteLine(exception.Message);
        }
        catch (OperationCanceledException)
        {
            int done = Report().Count(result => result.Record.IsDone);
            throw new OperationCanceledException(
                $"Stopped in {run.Entry.Name}: {done} of {runs.Count} runs are done and stay. "
                + "Give the same command again to go on; that run begins anew.");
        }
    }

    private List<SweepResult> Report()
    {
        List<SweepResult> results = [.. runs.Select(run => new SweepResult(run, RunRecord.Read(run)))];
        List<SweepGroup> groups = SweepGroup.Of(results);
        Console.WriteLine();
        foreach (string line in SweepTable.Lines(groups).Concat(SweepTable.Remarks(groups)))
            Console.WriteLine(line);
        Directory.CreateDirectory(output);
        RunFolder.WriteWhole(
            Path.Combine(output, TableName), SweepTable.Markdown(Path.GetFileNameWithoutExtension(file), groups));
        RunFolder.WriteWhole(Path.Combine(output, ResultsName), RunFolder.Text(SweepDocument.Describe(file, groups)));
        Console.WriteLine(
            $"written to {Path.Combine(output, TableName)} and {Path.Combine(output, ResultsName)}");
        return results;
    }
}
