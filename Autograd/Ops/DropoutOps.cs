using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Autograd.Ops;

/// <summary>Dropout on a tape.</summary>
public static class DropoutOps
{
    /// <summary>
    /// y = x / (1 - p) where the number drawn for the value is at least p, else 0; x itself in evaluation. The numbers are a
    /// function of the tape's <see cref="Tape.Seed"/>, the stream and the value's place: nothing is kept for the adjoint.
    /// </summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">Any shape.</param>
    /// <param name="probability">p, from 0 to below 1.</param>
    /// <param name="stream">What tells this operation's numbers from those of others of the step.</param>
    /// <exception cref="ArgumentOutOfRangeException">p is no such probability.</exception>
    public static Variable Dropout(this Tape tape, Variable x, float probability, ulong stream)
    {
        if (probability is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(
                nameof(probability), probability, $"Dropout: a probability from 0 to below 1 was expected. Got {probability}.");
        if (tape.Mode == TapeMode.Evaluation || probability == 0)
            return x;
        Variable y = tape.NewValue(x.Shape, tape.NeedsGradient(x));
        ulong key = CounterRandom.KeyOf(tape.Seed, stream, 0);
        tape.Kernels.Dropout(tape.ValueOf(y), tape.ValueOf(x), probability, key, Write.Set);
        if (tape.NeedsGradient(y))
        {
            DropoutNode node = tape.Record<DropoutNode>(y);
            (node.X, node.Probability, node.Key) = (x, probability, key);
        }
        return y;
    }

    private sealed class DropoutNode : Node
    {
        internal Variable X;
        internal float Probability;
        internal ulong Key;

        internal override void Backward(Tape tape) =>
            tape.Kernels.Dropout(
                tape.GradientFor(X, out Write write), tape.OutputGradient(this), Probability, Key, write);
    }
}
