using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Layers.Modules;

namespace ManSharp.Layers.Networks;

/// <summary>y = maxpool(relu(norm(conv(images)))), the 3x3 pool of stride 2 only where it is asked for.</summary>
public sealed class ConvStem(int outputs, int kernel, int stride, bool pool) : Module
{
    internal const int PoolStride = 2;

    private const int PoolWindow = 3;

    private readonly ConvNorm layer = new(
        "conv1", "bn1", new Conv2d(NetworkSpec.ImageChannels, outputs, kernel, stride, (kernel - 1) / 2),
        new BatchNorm(outputs, relu: true));

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x)
    {
        if (!pool)
            return layer.Forward(tape, x);
        using Tape.Frame frame = tape.OpenFrame();
        return frame.Return(tape.MaxPool(layer.Forward(tape, x), PoolWindow, PoolStride, PoolWindow / 2));
    }

    /// <inheritdoc/>
    public override void Declare(Declaration declaration) => layer.Declare(declaration);
}
