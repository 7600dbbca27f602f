using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Layers.Modules;

namespace ManSharp.Layers.Networks;

/// <summary>y = maxpool(relu(norm(conv3x3(x)))), the pool only where there is a stride.</summary>
public sealed class ConvUnit(int inputs, int outputs, int stride) : Module
{
    private readonly ConvNorm layer = new(
        "0", "1", new Conv2d(inputs, outputs, 3, 1, 1, bias: true), new BatchNorm(outputs, relu: true));

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x)
    {
        if (stride == 1)
            return layer.Forward(tape, x);
        using Tape.Frame frame = tape.OpenFrame();
        return frame.Return(tape.MaxPool(layer.Forward(tape, x), stride, stride));
    }

    /// <inheritdoc/>
    public override void Declare(Declaration declaration) => layer.Declare(declaration);
}
