using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Layers.Modules;

namespace ManSharp.LocalLearning.Methods;

/// <summary>loss = cross entropy of an auxiliary classifier, and nothing else.</summary>
internal sealed class ClassifierAuxiliary(Module classifier) : Auxiliary
{
    /// <inheritdoc/>
    public override BlockLosses Evaluate(Tape tape, Variable features, TrainingInput input)
    {
        Variable logits = classifier.Forward(tape, features);
        Variable loss = tape.SoftmaxCrossEntropy(logits, input.Labels);
        return new BlockLosses(loss, loss, Variable.None, logits);
    }

    /// <inheritdoc/>
    public override void Declare(Declaration declaration, string block) => declaration.Child($"heads.{block}", classifier);
}
