using ManSharp.Cli.Parsing;

namespace ManSharp.Cli.Training;

/// <summary>What a person asked for, defaults filled in; every value was checked by itself.</summary>
internal sealed record TrainSettings
{
    internal const int DefaultEpochs = 2;
    internal const float DefaultLearningRate = 0.1f;
    internal const float DefaultWeightDecay = 1e-4f;

    /// <summary>The network, its cut, its method, the batch.</summary>
    public required PlanSettings Plan { get; init; }

    public required string Data { get; init; }
    public required int Epochs { get; init; }
    public required float LearningRate { get; init; }
    public required float WeightDecay { get; init; }
    public required int? Limit { get; init; }
    public required ulong Seed { get; init; }
    public required DeviceChoice Device { get; init; }

    /// <summary>Bytes of the device that must suffice; null for whatever there is.</summary>
    public required long? Budget { get; init; }

    public required bool Strict { get; init; }
    public required string? Out { get; init; }

    /// <summary>Images of a step.</summary>
    public int Batch => Plan.Batch;
}
