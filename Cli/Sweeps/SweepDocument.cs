using ManSharp.Cli.Training;

namespace ManSharp.Cli.Sweeps;

/// <summary>results.json: the table's rows in full precision, with every run and who made it.</summary>
internal static class SweepDocument
{
    internal static object Describe(string file, IReadOnlyList<SweepGroup> groups) => new
    {
        RunConfiguration.Version,
        Sweep = file,
        Groups = groups.Select(group => new
        {
            group.Name,
            group.Method,
            group.Blocks,
            Runs = group.Results.Count,
            Completed = group.Completed.Count,
            group.Diverged,
            group.TestAccuracy,
            group.PeakBytes,
            group.NetworkParameters,
            group.AllParameters,
            group.StepFlops,
            group.TrainingSeconds,
            Seeds = group.Results.Select(result => new
            {
                result.Run.Settings.Seed,
                result.Run.Folder,
                Status = SweepTable.Status(result.Record),
                result.Record.Version,
                result.Record.Threads,
                result.Record.TrainingSeconds,
                result.Record.Summary,
            }),
        }),
    };
}
