using System.Globalization;
using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Layers.Modules;

namespace ManSharp.LocalLearning.Methods;

/// <summary>An auxiliary classifier: logits or contrastive features from a block's features.</summary>
public sealed class Head : Module
{
    private readonly List<ConvNorm> convolutions = [];
    private readonly List<Linear> linears = [];

    /// <summary>The head that the data describes, over features of <paramref name="inputs"/> channels.</summary>
    public Head(HeadSpec spec, int inputs)
    {
        // Names are places in the sequence convolution, norm, ReLU, ..., pool, flatten, linear, ReLU, linear.
        int place = 0, channels = inputs;
        foreach (int width in spec.Convolutions)
        {
            convolutions.Add(new ConvNorm(
                Name(place), Name(place + 1),
                new Conv2d(channels, width, 3, convolutions.Count == 0 ? spec.FirstStride : 1, 1), new BatchNorm(width, relu: true)));
            channels = width;
            place += 3;
        }
        FirstLinear = place + 2;
        foreach (int width in spec.Hidden.Append(spec.Outputs))
        {
            linears.Add(new Linear(channels, width));
            channels = width;
        }
    }

    private int FirstLinear { get; }

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x)
    {
        using Tape.Frame frame = tape.OpenFrame();
        foreach (ConvNorm convolution in convolutions)
            x = frame.Next(x, convolution.Forward(tape, x));
        x = linears[0].Forward(tape, tape.GlobalAveragePool(x));
        foreach (Linear linear in linears.Skip(1))
            x = linear.Forward(tape, tape.Relu(x));
        return frame.Return(x);
    }

    /// <inheritdoc/>
    public override void Declare(Declaration declaration)
    {
        for (int i = 0; i < convolutions.Count; i++)
            convolutions[i].Declare(declaration);
        for (int i = 0; i < linears.Count; i++)
            declaration.Child(Name(FirstLinear + 2 * i), linears[i]);
    }

    private static string Name(int place) => place.ToString(CultureInfo.InvariantCulture);
}
