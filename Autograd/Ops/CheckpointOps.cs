using ManSharp.Tensors;

namespace ManSharp.Autograd.Ops;

/// <summary>Segments that are run again in the backward pass instead of being kept.</summary>
public static class CheckpointOps
{
    /// <summary>
    /// y = segment(x), of which only x and y are kept: the backward pass runs the segment once more, on a tape of its own,
    /// with the same random numbers, and without gathering running statistics a second time. The gradients are those of
    /// recording the segment on the tape itself, bit by bit.
    /// </summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">What the segment reads.</param>
    /// <param name="again">A tape that trains, for this segment alone.</param>
    /// <param name="segment">The operations; the same in every call.</param>
    /// <returns>What the segment returns.</returns>
    public static Variable Checkpoint(this Tape tape, Variable x, Tape again, Func<Tape, Variable, Variable> segment)
    {
        again.Seed = tape.Seed;
        Tensor value;
        using (again.Pass(records: false, gathersStatistics: true))
            value = again.Take(segment(again, again.Input(tape.ValueOf(x))));
        Variable y = tape.Adopt(value);
        CheckpointNode node = tape.Record<CheckpointNode>(y);
        (node.X, node.Again, node.Segment) = (tape.Save(node, x), again, segment);
        return y;
    }

    private sealed class CheckpointNode : Node
    {
        internal Variable X;
        internal Tape Again = null!;
        internal Func<Tape, Variable, Variable> Segment = null!;

        internal override void Backward(Tape tape)
        {
            using Tape.PassScope pass = Again.Pass(records: true, gathersStatistics: false);
            Variable x = Again.Input(tape.ValueOf(X), tape.NeedsGradient(X)), y;
            using (Again.OpenFrame())
                y = Segment(Again, x);
            Again.Backward(y, tape.TakeGradient(Output));
            if (tape.NeedsGradient(X))
                tape.AddGradient(X, Again.TakeGradient(x));
        }
    }
}
