using ManSharp.Autograd;
using ManSharp.Layers.Modules;
using ManSharp.Layers.Networks;

namespace ManSharp.LocalLearning.Methods;

/// <summary>
/// Pixels from features, before the sigmoid: bilinear resize to the image's size (aligned corners), 3x3 convolution to
/// 12 channels with bias, batch norm, ReLU, 3x3 convolution to 3 channels with bias.
/// </summary>
public sealed class Decoder : Module
{
    /// <summary>Channels between the two convolutions.</summary>
    public const int PublishedHidden = 12;

    private readonly int imageSize;
    private readonly Conv2d first;
    private readonly BatchNorm norm;
    private readonly Conv2d second;

    /// <summary>A decoder for square images of <paramref name="imageSize"/> from features of <paramref name="inputs"/> channels.</summary>
    public Decoder(int inputs, int imageSize, int hidden = PublishedHidden)
    {
        this.imageSize = imageSize;
        first = new Conv2d(inputs, hidden, 3, 1, 1, bias: true);
        norm = new BatchNorm(hidden, relu: true);
        second = new Conv2d(hidden, NetworkSpec.ImageChannels, 3, 1, 1, bias: true);
    }

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x)
    {
        using Tape.Frame frame = tape.OpenFrame();
        Variable resized = first.ForwardResized(tape, x, imageSize, imageSize);
        return frame.Return(second.Forward(tape, norm.Forward(tape, resized)));
    }

    /// <inheritdoc/>
    public override void Declare(Declaration declaration)
    {
        declaration.Child("decoder.0", first);
        declaration.Child("decoder.1", norm);
        declaration.Child("decoder.3", second);
    }
}
