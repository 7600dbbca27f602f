namespace ManSharp.Autograd;

/// <summary>Frames: who holds a value, and when it dies.</summary>
public sealed partial class Tape
{
    /// <summary>Opens a frame: values made until it closes die with it, but for what <see cref="Frame.Return"/> hands out.</summary>
    public Frame OpenFrame()
    {
        frames.Add(held.Count);
        return new Frame(this, frames.Count);
    }

    private void CloseFrame(int depth, Variable result)
    {
        if (frames.Count != depth)
        {
            // A frame that returned its result is closed already when its scope disposes of it.
            if (frames.Count < depth)
                return;
            throw new TapeException($"Tape: the innermost frame ({frames.Count}) was expected to close first. Got frame {depth}.");
        }
        int start = frames[^1];
        frames.RemoveAt(frames.Count - 1);
        bool returned = false;
        for (int i = held.Count - 1; i >= start; i--)
        {
            int index = held[i];
            if (!result.IsNone && index == result.Index && !returned)
            {
                returned = true;
                continue;
            }
            ref Slot slot = ref slots[index];
            if (--slot.FrameHolds == 0)
                LeaveFrames(ref slot);
        }
        held.RemoveRange(start, held.Count - start);
        if (returned)
            held.Add(result.Index);
    }

    // No frame holds the value any more: it goes, unless an adjoint will read it and it cannot be made again.
    private void LeaveFrames(ref Slot slot)
    {
        if (!slot.Owned)
            return;
        if (slot.Saves == 0)
            FreeValue(ref slot);
        else if (slot.Producer is { CanRecompute: true } && RecomputeDepth(slot.Producer) <= MostRecomputeDepth)
        {
            FreeValue(ref slot);
            slot.Dropped = true;
        }
    }

    // How many dropped values in a row must be made again to make this one: 1 when all it is made from is kept.
    private int RecomputeDepth(Node producer)
    {
        int depth = 0;
        foreach (int index in producer.Saved)
            if (index != producer.Output.Index && slots[index] is { Dropped: true, Producer: { } source })
                depth = Math.Max(depth, RecomputeDepth(source));
        return depth + 1;
    }

    /// <summary>The scope of a module's call. Use with <c>using</c>.</summary>
    public readonly struct Frame : IDisposable, IEquatable<Frame>
    {
        private readonly Tape tape;
        private readonly int depth;

        internal Frame(Tape tape, int depth) => (this.tape, this.depth) = (tape, depth);

        /// <summary>Closes the frame and hands its result to the enclosing one.</summary>
        public Variable Return(Variable result)
        {
            _ = tape.ShapeOf(result);
            tape.CloseFrame(depth, result);
            return result;
        }

        /// <summary>Closes the frame, unless it returned a result.</summary>
        public void Dispose() => tape.CloseFrame(depth, Variable.None);

        /// <inheritdoc/>
        public bool Equals(Frame other) => tape == other.tape && depth == other.depth;

        /// <inheritdoc/>
        public override bool Equals(object? obj) => obj is Frame other && Equals(other);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(tape, depth);

        /// <summary>The same frame.</summary>
        public static bool operator ==(Frame left, Frame right) => left.Equals(right);

        /// <summary>Another frame.</summary>
        public static bool operator !=(Frame left, Frame right) => !left.Equals(right);
    }
}
