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
    public required string Cut { get; init; }
    public required bool? StemBlock { get; init; }
    public required Fidelity Fidelity { get; init; }
    public required float? MomentumEma { get; init; }
    public required string? Head { get; init; }
    public required LabelLoss? LabelLoss { get; init; }
    public required LossWeights? Weights { get; init; }
    public required int? AuxiliaryDepth { get; init; }
    public required int? Segments { get; init; }
    public required float WeightDecay { get; init; }
    public required int? Size { get; init; }
    public required int? Limit { get; init; }
    public required ulong Seed { get; init; }
    public required DeviceChoice Device { get; init; }
    public required bool Strict { get; init; }
    public required string? Out { get; init; }

    /// <summary>Where the settings that were not given come from.</summary>
    public required Recipe? Recipe { get; init; }

    /// <summary>The method with what the person changed of it.</summary>
    /// <exception cref="ArgumentException">There is no such method or head, or the method has none to choose.</exception>
    internal LocalMethod LocalMethod()
    {
        LocalMethod method = LocalLearning.Methods.LocalMethod.Parse(Method).At(Fidelity);
        if (Head is not null && method is { EndToEnd: false, Base.Head: null })
            throw new ArgumentException($"Method {Method}: no --head was expected, for it has its own. Got {Head}. Leave it out.");
        if (Weights is not null && method is { EndToEnd: false, Base.Weighs: false })
            throw new ArgumentException($"Method {Method}: no --weights were expected, for its losses have their own. Leave them out.");
        if (Head is not null)
            _ = HeadSpec.Parse(Head, inputs: 16, outputs: 2);
        return method with
        {
            Head = Head,
            LabelLoss = LabelLoss ?? method.LabelLoss,
            Weights = Weights ?? method.Weights,
            AverageMomentum = MomentumEma ?? method.AverageMomentum,
            AuxiliaryDepth = AuxiliaryDepth ?? method.AuxiliaryDepth,
            Segments = Segments,
        };
    }

    /// <summary>How to cut the network: into as many blocks as an explicit cut has, or as asked for, or a few.</summary>
    internal LocalLearning.Blocks.Cut CutOf(NetworkSpec network)
    {
        var cut = new LocalLearning.Blocks.Cut(Blocks, Cut, StemBlock);
        return cut.IsExplicit || Blocks is not null ? cut : cut with { Blocks = Math.Min(DefaultBlocks, network.Units.Count) };
    }
}
