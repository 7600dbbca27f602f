using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Layers.Modules;

namespace ManSharp.Layers.Networks;

/// <summary>
/// Logits from 7x7 features: linear to 4096, ReLU, dropout, linear to 4096, ReLU, dropout, linear to the classes. The
/// first linear layer is a 7x7 convolution, whose weights files hold as those of a linear layer.
/// <b>Source</b>: Simonyan and Zisserman 2015.
/// </summary>
public sealed class VggClassifier : Module
{
    /// <summary>Height and width of the features.</summary>
    public const int Size = 7;

    private const int Hidden = 4096;
    private const float Deviation = 0.01f, DropProbability = 0.5f;

    private readonly Conv2d first;
    private readonly Linear second, third;
    private readonly Dropout firstDropout = new(DropProbability), secondDropout = new(DropProbability);

    /// <summary>A classifier over features of <paramref name="features"/> channels.</summary>
    public VggClassifier(int features, int classes)
    {
        Initialization normal = Initialization.Normal(Deviation), zero = Initialization.Constant(0);
        first = new Conv2d(features, Hidden, Size, bias: true) { WeightStart = normal, BiasStart = zero };
        second = new Linear(Hidden, Hidden) { WeightStart = normal, BiasStart = zero };
        third = new Linear(Hidden, classes) { WeightStart = normal, BiasStart = zero };
    }

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x)
    {
        using Tape.Frame frame = tape.OpenFrame();
        Variable hidden = tape.Relu(tape.Flatten(first.Forward(tape, x)));
        hidden = tape.Relu(second.Forward(tape, firstDropout.Forward(tape, hidden)));
        return frame.Return(third.Forward(tape, secondDropout.Forward(tape, hidden)));
    }

    /// <inheritdoc/>
    public override void Declare(Declaration declaration)
    {
        declaration.Child("0", first);
        declaration.Child("2", firstDropout);
        declaration.Child("3", second);
        declaration.Child("5", secondDropout);
        declaration.Child("6", third);
    }
}
