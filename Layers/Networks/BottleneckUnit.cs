using ManSharp.Autograd;
using ManSharp.Layers.Modules;

namespace ManSharp.Layers.Networks;

/// <summary>
/// y = relu(norm(conv1x1(relu(norm(conv3x3(relu(norm(conv1x1(x)))))))) + shortcut(x)), the 3x3 convolution with the stride.
/// </summary>
public sealed class BottleneckUnit : Module
{
    private readonly ConvNorm reduce;
    private readonly ConvNorm middle;
    private readonly ConvNorm expand;
    private readonly ConvNorm? shortcut;

    /// <summary>A unit from <paramref name="inputs"/> to <paramref name="outputs"/> channels.</summary>
    public BottleneckUnit(int inputs, int outputs, int stride, int width, int groups = 1)
    {
        reduce = new ConvNorm("conv1", "bn1", new Conv2d(inputs, width, 1), new BatchNorm(width, relu: true));
        middle = new ConvNorm(
            "conv2", "bn2", new Conv2d(width, width, 3, stride, 1, groups: groups), new BatchNorm(width, relu: true));
        expand = new ConvNorm("conv3", "bn3", new Conv2d(width, outputs, 1), new BatchNorm(outputs, relu: true));
        if (stride != 1 || inputs != outputs)
            shortcut = new ConvNorm("0", "1", new Conv2d(inputs, outputs, 1, stride), new BatchNorm(outputs, relu: false));
    }

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x)
    {
        using Tape.Frame frame = tape.OpenFrame();
        Variable residual = shortcut is null ? x : shortcut.Forward(tape, x);
        Variable reduced = reduce.Forward(tape, x);
        return frame.Return(expand.Forward(tape, frame.Next(reduced, middle.Forward(tape, reduced)), residual));
    }

    /// <inheritdoc/>
    public override void Declare(Declaration declaration)
    {
        reduce.Declare(declaration);
        middle.Declare(declaration);
        expand.Declare(declaration);
        if (shortcut is not null)
            declaration.Child("downsample", shortcut);
    }
}
