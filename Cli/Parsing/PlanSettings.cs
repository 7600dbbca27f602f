using ManSharp.Layers.Networks;
using ManSharp.Layers.Training;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;

namespace ManSharp.Cli.Parsing;

/// <summary>What a person wants trained, defaults filled in; every value was checked by itself.</summary>
internal sealed record PlanSettings
{
    internal const string DefaultNetwork = "resnet20";
    internal const string DefaultMethod = "man";
    internal const int DefaultBlocks = 3;
    internal const int DefaultBatch = 64;

    public required string Network { get; init; }
    public required string Method { get; init; }
    public required Fidelity Fidelity { get; init; }
    public required int? Blocks { get; init; }
    public required string Cut { get; init; }
    public required bool? StemBlock { get; init; }
    public required int Batch { get; init; }

    /// <summary>Whether the batch was chosen, by a person or a recipe, rather than the default.</summary>
    public required bool BatchChosen { get; init; }

    public required float? MomentumEma { get; init; }
    public required string? Head { get; init; }
    public required LabelLoss? LabelLoss { get; init; }
    public required LossWeights? Weights { get; init; }
    public required int? AuxiliaryDepth { get; init; }
    public required int? Segments { get; init; }
    public required int? Size { get; init; }

    /// <summary>Where the settings that were not given come from.</summary>
    public required Recipe? Recipe { get; init; }

    /// <summary>The method with what the person changed of it.</summary>
    /// <exception cref="ArgumentException">There is no such method or head, or it has none to choose.</exception>
    internal LocalMethod LocalMethod()
    {
        LocalMethod method = LocalLearning.Methods.LocalMethod.Parse(Method).At(Fidelity);
        if (Head is not null && method is { EndToEnd: false, Base.Head: null })
            throw new ArgumentException(
                $"Method {Method}: no --head was expected, for it has its own. Got {Head}. Leave it out.");
        if (Weights is not null && method is { EndToEnd: false, Base.Weighs: false })
            throw new ArgumentException(
                $"Method {Method}: no --weights were expected, for its losses have their own. Leave them out.");
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

    /// <summary>Whether a person, a recipe or an explicit cut chose the number of blocks.</summary>
    internal bool BlocksChosen => Blocks is not null || new Cut(Blocks, Cut).IsExplicit;

    /// <summary>How to cut the network: into the blocks of an explicit cut, or as many as asked for, or a few.</summary>
    internal Cut CutOf(NetworkSpec network)
    {
        var cut = new Cut(Blocks, Cut, StemBlock);
        return cut.IsExplicit || Blocks is not null
            ? cut
            : cut with { Blocks = Math.Min(DefaultBlocks, network.Units.Count) };
    }

    /// <summary>Outputs for a data set of that many classes: the reference code gives STL-10 a hundred.</summary>
    internal int OutputsFor(int classes) =>
        Fidelity == Fidelity.Reference ? Math.Max(classes, Recipe?.ReferenceClasses ?? 0) : classes;

    /// <summary>Side and classes of the images that the network is usual for: CIFAR-10's or ImageNet's.</summary>
    /// <exception cref="ArgumentException">There is no such network.</exception>
    internal (int Size, int Classes) UsualImages() =>
        NetworkSpec.Parse(Network, classes: 2).LargeImages ? (224, 1000) : (32, 10);

    /// <summary>The plan of a network, not cut yet.</summary>
    /// <exception cref="ArgumentException">There is no such network or method, or the images are too small.</exception>
    internal NetworkPlan Uncut(int classes, int imageSize, SgdOptions optimizer)
    {
        NetworkSpec network = NetworkSpec.Parse(Network, OutputsFor(classes));
        network.Require(imageSize);
        return new NetworkPlan
        {
            Network = network,
            Partition = Partition.For(network, 1),
            Method = LocalMethod(),
            ImageSize = imageSize,
            Optimizer = optimizer,
        };
    }
}
