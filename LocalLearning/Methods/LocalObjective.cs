using System.Globalization;
using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Layers.Modules;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Methods;

/// <summary>What a step is trained on; the tensors are the caller's.</summary>
/// <param name="Images">[N, H, W, 3], normalized: what the network sees.</param>
/// <param name="Pixels">[N, H, W, 3] in 0..1: what decoders reconstruct; none where no method of the run does.</param>
/// <param name="Labels">[N] class indices.</param>
public readonly record struct TrainingInput(Tensor Images, Tensor Pixels, Tensor Labels);

/// <summary>A block's losses on its tape.</summary>
/// <param name="Total">What the block learns by.</param>
/// <param name="Label">The loss of the labels, before its weight.</param>
/// <param name="Reconstruction">The loss of the pixels, before its weight; none without a decoder.</param>
/// <param name="Logits">What the accuracy of the block's own head is counted from; none where the head has no logits.</param>
public readonly record struct BlockLosses(Variable Total, Variable Label, Variable Reconstruction, Variable Logits);

/// <summary>What a block learns by: its auxiliary network and losses, or, for the last block, the network's classifier.</summary>
public abstract class LocalObjective
{
    /// <summary>The momentum copies that features pass first, where the method has them.</summary>
    public virtual Momentum? Momentum => null;

    /// <summary>The losses of a block with the features <paramref name="features"/>.</summary>
    public abstract BlockLosses Evaluate(Tape tape, Variable features, TrainingInput input);

    /// <summary>Names what is learned beside the block itself, for block number <paramref name="block"/>.</summary>
    public abstract void Declare(Declaration declaration, int block);
}

/// <summary>The last block's objective: the network's own classifier and cross entropy.</summary>
public sealed class ClassifierObjective(Module classifier) : LocalObjective
{
    /// <summary>The classifier.</summary>
    public Module Classifier => classifier;

    /// <inheritdoc/>
    public override BlockLosses Evaluate(Tape tape, Variable features, TrainingInput input)
    {
        Variable logits = classifier.Forward(tape, features);
        Variable loss = tape.SoftmaxCrossEntropy(logits, input.Labels);
        return new BlockLosses(loss, loss, Variable.None, logits);
    }

    /// <inheritdoc/>
    public override void Declare(Declaration declaration, int block) => declaration.Child("fc", classifier);
}

/// <summary>Every other block's: the base method's auxiliary, over the features or over what momentum makes of them.</summary>
public sealed class AuxiliaryObjective(Momentum? momentum, Auxiliary auxiliary) : LocalObjective
{
    /// <inheritdoc/>
    public override Momentum? Momentum => momentum;

    /// <inheritdoc/>
    public override BlockLosses Evaluate(Tape tape, Variable features, TrainingInput input)
    {
        // What the auxiliary makes of the features dies with this frame as soon as its adjoints have read it.
        using Tape.Frame frame = tape.OpenFrame();
        Variable y = momentum is null ? features : momentum.Forward(tape, features);
        BlockLosses losses = auxiliary.Evaluate(tape, y, input);
        foreach (Variable variable in (ReadOnlySpan<Variable>)[losses.Total, losses.Label, losses.Reconstruction, losses.Logits])
            if (!variable.IsNone)
                frame.Keep(variable);
        return losses;
    }

    /// <inheritdoc/>
    public override void Declare(Declaration declaration, int block)
    {
        string number = block.ToString(CultureInfo.InvariantCulture);
        momentum?.Declare(declaration, number);
        auxiliary.Declare(declaration, number);
    }
}
