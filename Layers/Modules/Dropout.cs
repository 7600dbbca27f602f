using ManSharp.Autograd;
using ManSharp.Autograd.Ops;

namespace ManSharp.Layers.Modules;

/// <summary>
/// In training y = x / (1 - p) with probability 1 - p, else 0, for every value by itself; in evaluation y = x. Which
/// values stay is a function of the tape's seed, the module's full name and the value's place.
/// <b>Source</b>: Srivastava et al. 2014.
/// </summary>
public sealed class Dropout(float probability) : Module
{
    private ulong stream;

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x) => tape.Dropout(x, probability, stream);

    /// <inheritdoc/>
    public override void Declare(Declaration declaration) => stream = declaration.Stream("dropout");
}
