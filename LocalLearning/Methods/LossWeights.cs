namespace ManSharp.LocalLearning.Methods;

/// <summary>
/// The weights of the two local losses, linear over the blocks from the first to the last but one:
/// weight(i) = first + (last - first) i / (K - 2).
/// </summary>
/// <param name="ReconstructionFirst">l1 of the first block.</param>
/// <param name="ReconstructionLast">l1 of block K - 1.</param>
/// <param name="LabelFirst">l2 of the first block.</param>
/// <param name="LabelLast">l2 of block K - 1.</param>
public sealed record LossWeights(float ReconstructionFirst, float ReconstructionLast, float LabelFirst, float LabelLast)
{
    /// <summary>
    /// The weights this program trains with unless told otherwise: labels alone, so no decoder. In short runs a
    /// reconstruction costs accuracy, time and memory: 5.4 points at 0.1 in two epochs of the embedded data set
    /// (ResNet-20, 5 blocks: 96.0 % against 90.6 %).
    /// </summary>
    public static LossWeights Default { get; } = new(0, 0, 1, 1);

    /// <summary>The published weights of MAN as the reference in effect trains with them; for long schedules.</summary>
    public static LossWeights Paper { get; } = new(5, 4, 0.5f, 0.4f);

    /// <summary>The flags that the reference is published with; its rule by stages makes them <see cref="Paper"/>.</summary>
    public static LossWeights Reference { get; } = new(5, 0, 0.5f, 0);

    /// <summary>The published weights for images of 224x224.</summary>
    public static LossWeights LargeImages { get; } = new(5, 5, 0.75f, 0.75f);

    /// <summary>Whether any block weighs the reconstruction.</summary>
    public bool Reconstructs => ReconstructionFirst != 0 || ReconstructionLast != 0;

    /// <summary>l1 of block <paramref name="block"/> of <paramref name="blocks"/>.</summary>
    public float Reconstruction(int block, int blocks) => At(ReconstructionFirst, ReconstructionLast, block, blocks);

    /// <summary>l2 of block <paramref name="block"/> of <paramref name="blocks"/>.</summary>
    public float Label(int block, int blocks) => At(LabelFirst, LabelLast, block, blocks);

    /// <summary>
    /// The reference code's rule: the same line at i = the number of the next unit's stage, from 1, and K as the papers count
    /// it, so that the weights may leave the range between first and last.
    /// </summary>
    public (float Reconstruction, float Label) ByStage(int stage, int blocks) =>
        (Reconstruction(stage, blocks), Label(stage, blocks));

    private static float At(float first, float last, int block, int blocks) =>
        blocks <= 2 ? first : first + (last - first) * block / (blocks - 2);
}
