using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Methods;

namespace ManSharp.Cli.Training;

/// <summary>What a person asked for, defaults filled in; every value was checked by itself.</summary>
internal sealed record TrainSettings
{
    internal const string DefaultNetwork = "resnet20";
    internal const string DefaultMethod = "man";
    internal const int DefaultBlocks = 3;
    internal const int DefaultEpochs = 2;
    internal const int DefaultBatch = 64;
    internal const float DefaultLearningRate = 0.1f;
    internal const float DefaultWeightDecay = 1e-4f;

    public required string Data { get; init; }
    public required string Network { get; init; }
    public required string Method { get; init; }
    public required int? Blocks { get; init; }
    public required int Epochs { get; init; }
    public required int Batch { get; init; }
    public required float LearningRate { get; init; }
    public required float MomentumEma { get; init; }
    public required string? Head { get; init; }
    public required LabelLoss? LabelLoss { get; init; }
    public required LossWeights? Weights { get; init; }
    public required float WeightDecay { get; init; }
    public required int? Size { get; init; }
    public required int? Limit { get; init; }
    public required ulong Seed { get; init; }
    public required string Device { get; init; }
    public required int Threads { get; init; }
    public required bool Strict { get; init; }
    public required string? Out { get; init; }

    /// <summary>The method with what the person changed of it.</summary>
    /// <exception cref="ArgumentException">There is no such method or head.</exception>
    internal LocalMethod LocalMethod()
    {
        LocalMethod method = LocalLearning.Methods.LocalMethod.Parse(Method);
        method = method with
        {
            Head = Head ?? method.Head,
            LabelLoss = LabelLoss ?? method.LabelLoss,
            Weights = Weights ?? method.Weights,
            AverageMomentum = MomentumEma,
        };
        _ = HeadSpec.Parse(method.Head, inputs: 16, outputs: 2);
        return method;
    }

    /// <summary>How many blocks to cut the network into: one where it is trained end to end.</summary>
    internal int EffectiveBlocks(LocalMethod method, NetworkSpec network) =>
        method.EndToEnd ? 1 : Blocks ?? Math.Min(DefaultBlocks, network.Units.Count);
}
