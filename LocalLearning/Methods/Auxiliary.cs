using ManSharp.Autograd;
using ManSharp.Layers.Modules;
using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;

namespace ManSharp.LocalLearning.Methods;

/// <summary>What a block learns by beside itself: a network over its features, and losses.</summary>
public abstract class Auxiliary
{
    /// <summary>The losses, given the features as they leave the block or its momentum copies.</summary>
    public abstract BlockLosses Evaluate(Tape tape, Variable features, TrainingInput input);

    /// <summary>Names what it learns, for block <paramref name="block"/>.</summary>
    public abstract void Declare(Declaration declaration, string block);
}

/// <summary>Where an auxiliary network stands: what it reads, and what may determine how it is made.</summary>
/// <param name="Plan">The whole plan.</param>
/// <param name="Block">The block, from 0.</param>
/// <param name="Unit">The unit that made the features, -1 for the stem; with momentum the first of the next block.</param>
public sealed record AuxiliarySite(NetworkPlan Plan, int Block, int Unit)
{
    /// <summary>The network.</summary>
    public NetworkSpec Network => Plan.Network;

    /// <summary>The method.</summary>
    public LocalMethod Method => Plan.Method;

    /// <summary>Channels of the features.</summary>
    public int Channels => Unit < 0 ? Network.StemOutputs : Network.Units[Unit].Outputs;

    /// <summary>Height and width of the features.</summary>
    public int Size => Network.SizeAfter(Unit, Plan.ImageSize);

    /// <summary>Height and width of the images.</summary>
    public int ImageSize => Plan.ImageSize;

    /// <summary>Classes to tell apart.</summary>
    public int Classes => Network.Classes;

    /// <summary>The weights l1 of the reconstruction and l2 of the labels at this block.</summary>
    public (float Reconstruction, float Label) Weights
    {
        get
        {
            (LossWeights weights, Partition partition) = (Method.Weights, Plan.Partition);
            if (Method.Fidelity != Fidelity.Reference)
                return (weights.Reconstruction(Block, partition.Blocks), weights.Label(Block, partition.Blocks));
            if (Network.LargeImages)
                return (LossWeights.LargeImages.ReconstructionFirst, LossWeights.LargeImages.LabelFirst);
            int stage = Network.Units[partition.Ends[Block] + 1].Stage;
            return weights.ByStage(stage, partition.NamedBlocks);
        }
    }
}
