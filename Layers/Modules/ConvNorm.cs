using ManSharp.Autograd;

namespace ManSharp.Layers.Modules;

/// <summary>A convolution and the batch norm behind it: the pair that all of these networks are made of.</summary>
/// <param name="convolutionName">The convolution's name, such as conv1, or 0 in a sequence.</param>
/// <param name="normName">The batch norm's name, such as bn1, or 1 in a sequence.</param>
/// <param name="convolution">The convolution.</param>
/// <param name="norm">The batch norm over its outputs.</param>
public sealed class ConvNorm(string convolutionName, string normName, Conv2d convolution, BatchNorm norm) : Module
{
    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x) => Forward(tape, x, Variable.None);

    /// <summary>The same with a residual added before the activation.</summary>
    public Variable Forward(Tape tape, Variable x, Variable residual)
    {
        using Tape.Frame frame = tape.OpenFrame();
        return frame.Return(norm.Forward(tape, convolution.Forward(tape, x), residual));
    }

    /// <inheritdoc/>
    public override void Declare(Declaration declaration)
    {
        declaration.Child(convolutionName, convolution);
        declaration.Child(normName, norm);
    }
}
