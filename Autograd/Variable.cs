using ManSharp.Tensors;

namespace ManSharp.Autograd;

/// <summary>
/// A value on a tape, valid within one step of it. The tape holds the memory; a variable only names it, and one that is
/// used on another tape or in a later step throws: the isolation of blocks is structural.
/// </summary>
public readonly struct Variable
{
    internal Variable(Tape tape, int index, int step) => (Tape, Index, Step) = (tape, index, step);

    internal Tape? Tape { get; }

    internal int Index { get; }

    internal int Step { get; }

    /// <summary>The absent variable: an optional operand that is not given.</summary>
    public static Variable None => default;

    /// <summary>Whether this is <see cref="None"/>.</summary>
    public bool IsNone => Tape is null;

    /// <summary>The lengths of the dimensions.</summary>
    public Shape Shape => Tape is null ? default : Tape.ShapeOf(this);
}
