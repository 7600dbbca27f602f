namespace ManSharp.LocalLearning.Training;

/// <summary>A block's losses in one step, and what its own head made of the batch.</summary>
/// <param name="Reconstruction">Binary cross entropy of the decoded pixels; 0 without a decoder.</param>
/// <param name="Label">The loss of the labels.</param>
/// <param name="Total">What the block learned by: the weighted sum.</param>
/// <param name="Correct">
/// Images of the batch that the block's own head classified right; null where the head gives no class scores.
/// </param>
public readonly record struct BlockReport(float Reconstruction, float Label, float Total, int? Correct);

/// <summary>What is read back from the device after a step.</summary>
/// <param name="Step">Which step of the trainer, from 1.</param>
/// <param name="Blocks">The losses of each block.</param>
public sealed record StepReport(ulong Step, IReadOnlyList<BlockReport> Blocks)
{
    /// <summary>Images of the batch that the network itself, through its classifier, classified right.</summary>
    public int Correct => Blocks[^1].Correct ?? 0;
}
