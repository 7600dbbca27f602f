namespace ManSharp.Autograd;

/// <summary>
/// A recorded operation: what its adjoint needs. Nodes are reused from step to step, so a step that repeats the last
/// one allocates none.
/// </summary>
internal abstract class Node
{
    private const int MostSaved = 4;

    private readonly int[] saved = new int[MostSaved];

    /// <summary>The value that this operation made.</summary>
    internal Variable Output { get; private set; }

    internal int SavedCount { get; private set; }

    /// <summary>Whether the output can be made again from what is saved, more cheaply than it is to keep.</summary>
    internal virtual bool CanRecompute => false;

    internal ReadOnlySpan<int> Saved => saved.AsSpan(0, SavedCount);

    internal void Begin(Variable output)
    {
        Output = output;
        SavedCount = 0;
    }

    internal void AddSaved(int index) => saved[SavedCount++] = index;

    /// <summary>Reads the output's gradient and writes those of the inputs and parameters.</summary>
    internal abstract void Backward(Tape tape);

    /// <summary>Makes the output's value again, in memory that the tape has rented.</summary>
    internal virtual void Recompute(Tape tape) =>
        throw new TapeException($"{GetType().Name}: its output cannot be recomputed. It should have been kept.");

    /// <summary>Returns memory that the node itself rented.</summary>
    internal virtual void Release() { }
}
