using System.Globalization;
using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Layers.Modules;

namespace ManSharp.LocalLearning.Methods;

/// <summary>
/// Cross entropy through an auxiliary of pools and 1x1 convolutions: average pool to ceil(size / 4), three 1x1
/// convolutions of the features' width, average pool to 2x2, two linear layers of 4 widths, each without bias, with batch
/// norm and ReLU; linear to the classes. Pools cut sizes that their window does not divide with a smaller first window.
/// <b>Source</b>: Belilovsky et al. 2020, Decoupled Greedy Learning, as ported to these networks.
/// </summary>
public sealed class DglMethod : BaseMethod
{
    /// <inheritdoc/>
    public override string Name => "dgl";

    /// <inheritdoc/>
    public override string Summary => "a classifier of 1x1 convolutions on pooled features for each block";

    /// <inheritdoc/>
    public override Auxiliary Build(AuxiliarySite site) =>
        new ClassifierAuxiliary(new DglClassifier(site.Channels, site.Size, site.Classes));
}

/// <summary>The auxiliary network of <see cref="DglMethod"/>.</summary>
internal sealed class DglClassifier : Module
{
    private const int Pooling = 4, Convolutions = 3, Hidden = 2, LastSide = 2;

    private readonly int lastWindow, lastPadding;
    private readonly List<ConvNorm> convolutions = [];
    private readonly List<(Linear Linear, BatchNorm Norm)> hidden = [];
    private readonly Linear last;

    internal DglClassifier(int channels, int size, int classes)
    {
        int pooled = (size + Pooling - 1) / Pooling;
        // Features of one pixel have no 2x2.
        int side = Math.Min(LastSide, pooled);
        lastWindow = (pooled + side - 1) / side;
        lastPadding = lastWindow * side - pooled;
        FirstPadding = (Pooling * pooled - size + 1) / 2;
        for (int i = 0; i < Convolutions; i++)
            convolutions.Add(new ConvNorm($"conv{i + 1}", $"bn{i + 1}", new Conv2d(channels, channels, 1), new BatchNorm(channels, relu: true)));
        int inputs = side * side * channels, width = LastSide * LastSide * channels;
        for (int i = 0; i < Hidden; i++, inputs = width)
            hidden.Add((new Linear(inputs, width, bias: false), new BatchNorm(width, relu: true)));
        last = new Linear(width, classes);
    }

    private int FirstPadding { get; }

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x)
    {
        using Tape.Frame frame = tape.OpenFrame();
        x = tape.AveragePool(x, Pooling, Pooling, FirstPadding);
        foreach (ConvNorm convolution in convolutions)
            x = frame.Next(x, convolution.Forward(tape, x));
        x = frame.Next(x, tape.AveragePool(x, lastWindow, lastWindow, lastPadding));
        x = frame.Next(x, tape.Flatten(x));
        foreach ((Linear linear, BatchNorm norm) in hidden)
            x = norm.Forward(tape, linear.Forward(tape, x));
        return frame.Return(last.Forward(tape, x));
    }

    /// <inheritdoc/>
    public override void Declare(Declaration declaration)
    {
        foreach (ConvNorm convolution in convolutions)
            convolution.Declare(declaration);
        for (int i = 0; i < hidden.Count; i++)
        {
            string number = (i + 1).ToString(CultureInfo.InvariantCulture);
            declaration.Child($"linear{number}", hidden[i].Linear);
            declaration.Child($"norm{number}", hidden[i].Norm);
        }
        declaration.Child("fc", last);
    }
}
