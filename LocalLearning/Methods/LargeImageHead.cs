using System.Globalization;
using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Layers.Modules;

namespace ManSharp.LocalLearning.Methods;

/// <summary>
/// The auxiliary classifier published for 224x224 images: 1x1 to a quarter of the channels, 3x3 of stride 2 to 256, 3x3 of
/// stride 2 to 512, 1x1 to 2048, each without bias, with batch norm and ReLU; global average pool, linear.
/// </summary>
public sealed class LargeImageHead : Module
{
    private readonly List<ConvNorm> convolutions = [];
    private readonly Linear linear;

    /// <summary>A head over features of <paramref name="inputs"/> channels.</summary>
    public LargeImageHead(int inputs, int outputs)
    {
        int channels = inputs;
        foreach ((int width, int kernel, int stride) in
            (ReadOnlySpan<(int, int, int)>)[(Math.Max(inputs / 4, 1), 1, 1), (256, 3, 2), (512, 3, 2), (2048, 1, 1)])
        {
            int place = 3 * convolutions.Count;
            convolutions.Add(new ConvNorm(
                Name(place), Name(place + 1), new Conv2d(channels, width, kernel, stride, kernel / 2),
                new BatchNorm(width, relu: true)));
            channels = width;
        }
        linear = new Linear(channels, outputs);
    }

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x)
    {
        using Tape.Frame frame = tape.OpenFrame();
        foreach (ConvNorm convolution in convolutions)
            x = frame.Next(x, convolution.Forward(tape, x));
        return frame.Return(linear.Forward(tape, tape.GlobalAveragePool(x)));
    }

    /// <inheritdoc/>
    public override void Declare(Declaration declaration)
    {
        foreach (ConvNorm convolution in convolutions)
            convolution.Declare(declaration);
        // Behind the convolutions come the pool and the flattening.
        declaration.Child(Name(3 * convolutions.Count + 2), linear);
    }

    private static string Name(int place) => place.ToString(CultureInfo.InvariantCulture);
}
