using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Layers.Modules;
using ManSharp.Layers.Networks;

namespace ManSharp.LocalLearning.Methods;

/// <summary>
/// y = LB(x) + EMA(x): a learnable and an averaged copy of the next block's first unit; either may be left out.
/// Gradients flow through the averaged copy to x, but its own parameters take none.
/// <b>Source</b>: Momentum Auxiliary Network, arXiv 2407.05623, equation 5.
/// </summary>
public sealed class Momentum
{
    private readonly Module? bias;
    private readonly Module? average;

    /// <summary>The copies of a unit that the method wants.</summary>
    public Momentum(UnitSpec unit, bool withAverage, bool withBias)
    {
        average = withAverage ? unit.Build() : null;
        bias = withBias ? unit.Build() : null;
        Outputs = unit.Outputs;
    }

    /// <summary>The averaged copy; its parameters belong to a buffer of their own, which no optimizer steps.</summary>
    public Module? Average => average;

    /// <summary>The learnable copy; its parameters belong to the block's.</summary>
    public Module? Bias => bias;

    /// <summary>Channels of y.</summary>
    public int Outputs { get; }

    /// <summary>The features as the base method's auxiliary sees them.</summary>
    public Variable Forward(Tape tape, Variable x)
    {
        if (bias is null || average is null)
            return (bias ?? average)!.Forward(tape, x);
        using Tape.Frame frame = tape.OpenFrame();
        return frame.Return(tape.Add(bias.Forward(tape, x), average.Forward(tape, x)));
    }
}
