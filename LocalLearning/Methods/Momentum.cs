using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Layers.Modules;
using ManSharp.Layers.Networks;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Methods;

/// <summary>
/// y = LB(x) + EMA(x): a learnable and an averaged copy of the next block's first unit; either may be left out. Or
/// y = s LB(x) + (2 - s) EMA(x) with one learnable s, which begins at 1. Gradients flow through the averaged copy to x, but
/// its own parameters take none.
/// <b>Source</b>: Momentum Auxiliary Network, arXiv 2407.05623, equation 5; with s arXiv 2507.16279.
/// </summary>
public sealed class Momentum
{
    private readonly Module? bias;
    private readonly Module? average;
    private readonly Parameter? mix;

    /// <summary>The copies of a unit that the method wants.</summary>
    public Momentum(UnitSpec unit, Decorator decorator)
    {
        average = decorator.Average ? unit.Build() : null;
        bias = decorator.Bias ? unit.Build() : null;
        mix = decorator.Mixes ? new Parameter(new Shape(1)) : null;
    }

    /// <summary>The averaged copy; its parameters belong to a buffer of their own, which no optimizer steps.</summary>
    public Module? Average => average;

    /// <summary>The learnable copy; its parameters belong to the block's.</summary>
    public Module? Bias => bias;

    /// <summary>The features as the base method's auxiliary sees them.</summary>
    public Variable Forward(Tape tape, Variable x)
    {
        if (bias is null || average is null)
            return (bias ?? average)!.Forward(tape, x);
        using Tape.Frame frame = tape.OpenFrame();
        Variable learned = bias.Forward(tape, x), averaged = average.Forward(tape, x);
        return frame.Return(mix is null ? tape.Add(learned, averaged) : tape.Mix(learned, averaged, mix));
    }

    /// <summary>Names what the block learns of it.</summary>
    internal void Declare(Declaration declaration, string block)
    {
        if (bias is not null)
            declaration.Child($"LB.{block}", bias);
        if (mix is not null)
            declaration.Parameter($"mix.{block}", mix, Initialization.Constant(1));
    }
}
