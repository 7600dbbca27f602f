using ManSharp.Autograd;
using ManSharp.Layers.Modules;

namespace ManSharp.Layers.Networks;

/// <summary>y = relu(norm(conv(relu(norm(conv(x))))) + shortcut(x)), 3x3 convolutions, the first with the stride.</summary>
public sealed class BasicUnit : Module
{
    private readonly ConvNorm first;
    private readonly ConvNorm second;
    private readonly ConvNorm? shortcut;

    /// <summary>A unit from <paramref name="inputs"/> to <paramref name="outputs"/> channels.</summary>
    public BasicUnit(int inputs, int outputs, int stride)
    {
        first = new ConvNorm("conv1", "bn1", new Conv2d(inputs, outputs, 3, stride, 1), new BatchNorm(outputs, relu: true));
        second = new ConvNorm("conv2", "bn2", new Conv2d(outputs, outputs, 3, 1, 1), new BatchNorm(outputs, relu: true));
        if (stride != 1 || inputs != outputs)
            shortcut = new ConvNorm("0", "1", new Conv2d(inputs, outputs, 1, stride), new BatchNorm(outputs, relu: false));
    }

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x)
    {
        using Tape.Frame frame = tape.OpenFrame();
        Variable residual = shortcut is null ? x : shortcut.Forward(tape, x);
        return frame.Return(second.Forward(tape, first.Forward(tape, x), residual));
    }

    /// <inheritdoc/>
    public override void Declare(Declaration declaration)
    {
        first.Declare(declaration);
        second.Declare(declaration);
        if (shortcut is not null)
            declaration.Child("downsample", shortcut);
    }
}
