using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Layers.Modules;

namespace ManSharp.Layers.Networks;

/// <summary>Logits from features: global average pool, then one linear layer.</summary>
public sealed class Classifier(int features, int classes) : Module
{
    private readonly Linear linear = new(features, classes);

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x)
    {
        using Tape.Frame frame = tape.OpenFrame();
        return frame.Return(linear.Forward(tape, tape.GlobalAveragePool(x)));
    }

    /// <inheritdoc/>
    public override void Declare(Declaration declaration) => linear.Declare(declaration);
}
