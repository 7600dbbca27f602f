using System.Text.Json;
using ManSharp.Cli.Training;

namespace ManSharp.Cli.Sweeps;

/// <summary>What a run's folder says about the run.</summary>
internal enum RunStatus
{
    /// <summary>There is no folder, or an empty one.</summary>
    Missing,

    /// <summary>The run ended before its last epoch, by a person's wish or with its process.</summary>
    Interrupted,

    /// <summary>Another process is training into the folder.</summary>
    Running,

    /// <summary>The last epoch was reached.</summary>
    Completed,

    /// <summary>The losses left the finite numbers; the same would happen again.</summary>
    Diverged,
}

/// <summary>A run as it stands in its folder: made by sweep or by train, now or by an earlier version.</summary>
/// <param name="Status">How far it got.</param>
/// <param name="Version">Of the program that made it, with the commit; null where there is nothing.</param>
/// <param name="Threads">It ran with; null where there is nothing.</param>
/// <param name="Summary">Its results; null before it ended.</param>
/// <param name="TrainingSeconds">Of all epochs' steps, without tests.</param>
internal sealed record RunRecord(
    RunStatus Status, string? Version = null, int? Threads = null, SummaryRecord? Summary = null,
    double? TrainingSeconds = null)
{
    private static readonly HashSet<string> files =
    [
        RunFolder.ConfigurationName, RunFolder.SummaryName, RunFolder.MetricsName, RunFolder.ModelName,
        CurvesCommand.PictureName,
    ];

    private static readonly JsonSerializerOptions camelCase =
        new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Whether there is nothing left to do.</summary>
    internal bool IsDone => Status is RunStatus.Completed or RunStatus.Diverged;

    /// <summary>Looks into the folder of a run; writes nothing.</summary>
    /// <exception cref="InputException">The folder holds another run, or something else.</exception>
    internal static RunRecord Read(SweepRun run)
    {
        string folder = run.Folder;
        if (File.Exists(folder))
            throw new InputException(
                $"{folder}: the folder of run {run.Entry.Name} was expected. Got a file. Move it away.");
        if (!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any())
            return new RunRecord(RunStatus.Missing);
        try
        {
            RunRecord record = Read(run, folder);
            if (record.Status == RunStatus.Interrupted)
                RequireOwnFiles(folder);
            return record;
        }
        catch (JsonException exception)
        {
            throw new InputException(
                $"{folder}: the files of a run were expected. Got one that is no JSON: {exception.Message} "
                + "Move the folder away.");
        }
    }

    /// <summary>Removes an interrupted run, so that it can be made again.</summary>
    internal static void Remove(string folder)
    {
        RequireOwnFiles(folder);
        Directory.Delete(folder, recursive: true);
    }

    private static RunRecord Read(SweepRun run, string folder)
    {
        string configurationPath = Path.Combine(folder, RunFolder.ConfigurationName);
        if (!File.Exists(configurationPath))
            return new RunRecord(RunStatus.Interrupted);
        using JsonDocument configuration = JsonDocument.Parse(File.ReadAllText(configurationPath));
        if (ConfigurationDifference.Find(run.Configuration, configuration.RootElement) is var (key, wanted, found))
            throw new InputException(
                $"{folder}: a run with {key} {wanted} was expected. "
                + $"Got {key} {found} in its {RunFolder.ConfigurationName}. "
                + "Move the folder away, choose another --out, or give the run another \"name\".");
        (string? version, int? threads) = Maker(configuration.RootElement);
        string summaryPath = Path.Combine(folder, RunFolder.SummaryName);
        if (!File.Exists(summaryPath))
            return new RunRecord(
                RunFolder.IsHeld(folder) ? RunStatus.Running : RunStatus.Interrupted, version, threads);
        SummaryRecord summary = JsonSerializer.Deserialize<SummaryRecord>(File.ReadAllText(summaryPath), camelCase)
            ?? throw new JsonException($"{RunFolder.SummaryName} is null.");
        RunStatus status = summary.Status switch
        {
            RunSummary.Completed => RunStatus.Completed,
            RunSummary.Diverged => RunStatus.Diverged,
            _ => RunStatus.Interrupted,
        };
        double? seconds = status == RunStatus.Interrupted ? null : SecondsOfTraining(folder);
        return new RunRecord(status, version, threads, summary, seconds);
    }

    private static (string? Version, int? Threads) Maker(JsonElement configuration)
    {
        string? version = configuration.TryGetProperty("version", out JsonElement text) ? text.ToString() : null;
        return configuration.TryGetProperty("threads", out JsonElement number)
            && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out int threads)
                ? (version, threads)
                : (version, null);
    }

    // Null where the run's metrics are not there.
    private static double? SecondsOfTraining(string folder)
    {
        string path = Path.Combine(folder, RunFolder.MetricsName);
        if (!File.Exists(path))
            return null;
        double seconds = 0;
        foreach (string line in File.ReadLines(path).Where(line => line.Length > 0))
        {
            using JsonDocument epoch = JsonDocument.Parse(line);
            if (!epoch.RootElement.TryGetProperty("trainingSeconds", out JsonElement ofEpoch))
                return null;
            seconds += ofEpoch.GetDouble();
        }
        return seconds;
    }

    // What is deleted or written over is a run's and nothing else.
    private static void RequireOwnFiles(string folder)
    {
        foreach (string path in Directory.EnumerateFileSystemEntries(folder))
            if (Directory.Exists(path) || !IsOfARun(Path.GetFileName(path)))
                throw new InputException(
                    $"{folder}: the files of a run and nothing else were expected. Got '{Path.GetFileName(path)}'. "
                    + "Move it away, or choose another --out.");
    }

    // A process that was killed leaves a file under its temporary name.
    private static bool IsOfARun(string name) => files.Contains(name)
        || (name.EndsWith(".tmp", StringComparison.Ordinal)
            && files.Any(file => name.StartsWith(file, StringComparison.Ordinal)));
}
