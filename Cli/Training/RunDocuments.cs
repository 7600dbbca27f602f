namespace ManSharp.Cli.Training;

/// <summary>A block's losses, averaged over steps, and what its own head made of the training images.</summary>
/// <param name="Reconstruction">Of the pixels.</param>
/// <param name="Label">Of the labels.</param>
/// <param name="Total">The weighted sum.</param>
/// <param name="Accuracy">In 0..1; null where the head gives no class scores.</param>
internal readonly record struct BlockMetrics(double Reconstruction, double Label, double Total, double? Accuracy);

/// <summary>One line of metrics.jsonl.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Blocks">Losses and the own heads' accuracies, over the epoch.</param>
/// <param name="TrainAccuracy">Over the epoch, while training, in 0..1.</param>
/// <param name="TestAccuracy">After the epoch, in 0..1; none without test images.</param>
/// <param name="LearningRate">Of the epoch's last step.</param>
/// <param name="TrainingSeconds">Of the epoch's steps.</param>
/// <param name="ImagesPerSecond">Of the epoch's steps.</param>
/// <param name="RunSeconds">Since the run began, tests included.</param>
/// <param name="LiveBytes">On the device between steps.</param>
/// <param name="PeakBytes">On the device within the epoch's steps.</param>
internal sealed record EpochRecord(
    int Epoch, IReadOnlyList<BlockMetrics> Blocks, double TrainAccuracy, double? TestAccuracy, float LearningRate,
    double TrainingSeconds, double ImagesPerSecond, double RunSeconds, long LiveBytes, long PeakBytes);

/// <summary>summary.json.</summary>
internal sealed record RunSummary
{
    internal const string Completed = "completed", Interrupted = "interrupted", Diverged = "diverged";

    /// <summary>completed, interrupted or diverged.</summary>
    public required string Status { get; init; }

    /// <summary>What happened, where the run did not complete.</summary>
    public string? Message { get; init; }

    public required int EpochsDone { get; init; }

    /// <summary>After the last epoch, in 0..1; none without test images.</summary>
    public required double? TestAccuracy { get; init; }

    /// <summary>Of the best epoch: chosen by looking at the test images, so no fair measure.</summary>
    public required double? BestTestAccuracy { get; init; }

    public required int? BestEpoch { get; init; }

    public required double TrainAccuracy { get; init; }

    /// <summary>Since training began, tests included.</summary>
    public required double Seconds { get; init; }

    public required double ImagesPerSecond { get; init; }

    /// <summary>Learned values of the plain network, and with the auxiliary networks.</summary>
    public required long NetworkParameters { get; init; }

    public required long AllParameters { get; init; }

    /// <summary>On the device, measured while training, and what the dry device said before.</summary>
    public required long PeakBytes { get; init; }

    public required long PredictedPeakBytes { get; init; }

    /// <summary>What the pool held of the device: the peak, tests between epochs, and gaps between tensors.</summary>
    public required long HeldBytes { get; init; }

    /// <summary>What the device might hold; none for whatever there was.</summary>
    public required long? BudgetBytes { get; init; }

    /// <summary>What end-to-end training of the same network and batch would take, from the dry device.</summary>
    public required long EndToEndPeakBytes { get; init; }

    /// <summary>1 - PeakBytes / EndToEndPeakBytes.</summary>
    public required double MemorySaved { get; init; }

    public required int SkippedImages { get; init; }

    /// <summary>The first of them, with the reason.</summary>
    public required IReadOnlyList<SkippedDocument> SkippedExamples { get; init; }
}

/// <summary>A file that was left out.</summary>
internal sealed record SkippedDocument(string File, string Reason);
