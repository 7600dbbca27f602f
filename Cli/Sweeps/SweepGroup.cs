namespace ManSharp.Cli.Sweeps;

/// <summary>A run of the table: what was wanted, and what its folder says.</summary>
internal sealed record SweepResult(SweepRun Run, RunRecord Record);

/// <summary>Mean and sample deviation, sqrt(sum (x - mean)^2 / (n - 1)); no deviation of a single value.</summary>
internal sealed record Spread(double Mean, double? StandardDeviation)
{
    /// <summary>Of at least one value; null of none.</summary>
    internal static Spread? Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
            return null;
        double mean = values.Average();
        return new Spread(mean, values.Count == 1
            ? null
            : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1)));
    }
}

/// <summary>Runs that differ in their seed alone: a row.</summary>
internal sealed class SweepGroup(string name, IReadOnlyList<SweepResult> results)
{
    internal string Name => name;

    internal IReadOnlyList<SweepResult> Results => results;

    internal IReadOnlyList<SweepResult> Completed { get; } =
        [.. results.Where(result => result.Record.Status == RunStatus.Completed)];

    internal int Diverged => results.Count(result => result.Record.Status == RunStatus.Diverged);

    /// <summary>Of the last epoch, in 0..1, over the completed runs.</summary>
    internal Spread? TestAccuracy => Spread.Of(Values(result => result.Record.Summary?.TestAccuracy));

    /// <summary>Of the epochs' steps, over the completed runs.</summary>
    internal double? TrainingSeconds => Spread.Of(Values(result => result.Record.TrainingSeconds))?.Mean;

    /// <summary>The greatest of the completed runs.</summary>
    internal long? PeakBytes => Completed.Max(result => result.Record.Summary?.PeakBytes);

    internal long? NetworkParameters => Completed.Max(result => result.Record.Summary?.NetworkParameters);

    internal long? AllParameters => Completed.Max(result => result.Record.Summary?.AllParameters);

    internal double StepFlops => results[0].Run.StepFlops;

    internal string Method => results[0].Run.Configuration.GetProperty("method").GetProperty("name").GetString()!;

    internal int Blocks => results[0].Run.Configuration.GetProperty("blocks").GetInt32();

    /// <summary>The rows of a sweep, in the order of its file.</summary>
    internal static List<SweepGroup> Of(IEnumerable<SweepResult> results) =>
        [.. results.GroupBy(result => result.Run.Entry.Group).Select(group => new SweepGroup(group.Key, [.. group]))];

    private double[] Values(Func<SweepResult, double?> read) => [.. Completed.Select(read).OfType<double>()];
}
