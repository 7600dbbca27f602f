using ManSharp.LocalLearning.Blocks;

namespace ManSharp.Cli.Probing;

/// <summary>What was found at the end of one block.</summary>
/// <param name="Block">From 1.</param>
/// <param name="Units">Of the block, as displays call them.</param>
/// <param name="LastUnit">From 1; 0 for the stem.</param>
/// <param name="Size">Height and width of the features.</param>
/// <param name="Channels">Of the features.</param>
/// <param name="Features">Values of an image that the classifier and the comparison read.</param>
/// <param name="Accuracy">Of the linear classifier on the test images, in 0..1.</param>
/// <param name="ReferenceAccuracy">The same on the reference's features.</param>
/// <param name="Cka">Linear CKA of both networks' features.</param>
/// <param name="CkaByChance">The same with the images of one shuffled: what unrelated features would have.</param>
internal sealed record BlockFinding(
    int Block, string Units, int LastUnit, int Size, int Channels, int Features, double Accuracy,
    double? ReferenceAccuracy, double? Cka, double? CkaByChance);

/// <summary>probe.json.</summary>
internal sealed record ProbeResult
{
    public required string Version { get; init; }

    public required ProbedRunName Run { get; init; }

    /// <summary>The run that was compared with; null where there is none.</summary>
    public required ProbedRunName? Reference { get; init; }

    public required string Network { get; init; }

    public required string Data { get; init; }

    public required int TrainImages { get; init; }

    public required int TestImages { get; init; }

    /// <summary>Test images whose features were compared; null without a reference.</summary>
    public required int? ComparedImages { get; init; }

    /// <summary>Passes over the training images for the linear classifiers.</summary>
    public required int Epochs { get; init; }

    public required IReadOnlyList<BlockFinding> Blocks { get; init; }
}

/// <summary>Which run it was, and the test accuracy of its network itself, in 0..1.</summary>
internal sealed record ProbedRunName(string Folder, string Method, int Blocks, string? Version, double TestAccuracy)
{
    /// <summary>For titles and legends.</summary>
    internal string Label => $"{Method}, {Words.Blocks(Blocks)}";

    internal static ProbedRunName Of(ProbedRun run, double testAccuracy) =>
        new(run.Folder, run.Method, run.Ends.Count, run.Version, testAccuracy);
}

/// <summary>Where features are looked at.</summary>
internal static class ProbePlaces
{
    /// <summary>The ends of a run's blocks; of every unit where the run has a single block.</summary>
    internal static Partition Of(ProbedRun run)
    {
        Layers.Networks.NetworkSpec network = run.Card.Spec();
        if (run.EndToEnd)
            return Partition.Even(network, network.Units.Count);
        return run.Ends[0] < 0
            ? Partition.Of(network, [.. run.Ends.Skip(1)]).WithStemBlock()
            : Partition.Of(network, run.Ends);
    }
}
