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
    /// <summary>Whether any block weighs the reconstruction.</summary>
    public bool Reconstructs => ReconstructionFirst != 0 || ReconstructionLast != 0;

    /// <summary>l1 of block <paramref name="block"/> of <paramref name="blocks"/>.</summary>
    public float Reconstruction(int block, int blocks) => At(ReconstructionFirst, ReconstructionLast, block, blocks);

    /// <summary>l2 of block <paramref name="block"/> of <paramref name="blocks"/>.</summary>
    public float Label(int block, int blocks) => At(LabelFirst, LabelLast, block, blocks);

    private static float At(float first, float last, int block, int blocks) =>
        blocks <= 2 ? first : first + (last - first) * block / (blocks - 2);
}
