using ManSharp.Autograd;

namespace ManSharp.Layers.Modules;

/// <summary>A piece of a network: parameters with names, and a function on a tape.</summary>
public abstract class Module
{
    /// <summary>y = f(x); everything made on the way dies with the call unless its adjoint needs it.</summary>
    public abstract Variable Forward(Tape tape, Variable x);

    /// <summary>Names the parameters, statistics and children, in the order in which they lie in memory and in files.</summary>
    public abstract void Declare(Declaration declaration);
}
