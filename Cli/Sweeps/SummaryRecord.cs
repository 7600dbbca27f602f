namespace ManSharp.Cli.Sweeps;

/// <summary>
/// What a sweep reads of a run's summary.json. Nothing but the status is demanded: the run may have been made by
/// another version.
/// </summary>
internal sealed record SummaryRecord
{
    public required string Status { get; init; }

    public string? Message { get; init; }

    public int? EpochsDone { get; init; }

    /// <summary>After the last epoch, in 0..1.</summary>
    public double? TestAccuracy { get; init; }

    public double? BestTestAccuracy { get; init; }

    public int? BestEpoch { get; init; }

    public double? TrainAccuracy { get; init; }

    /// <summary>Tests included.</summary>
    public double? Seconds { get; init; }

    /// <summary>Learned values of the plain network, and with the auxiliary networks.</summary>
    public long? NetworkParameters { get; init; }

    public long? AllParameters { get; init; }

    public long? PeakBytes { get; init; }

    public long? EndToEndPeakBytes { get; init; }
}
