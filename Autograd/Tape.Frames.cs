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

    /// <summary>Ends the innermost frame's hold on a value that is used up; values of outer frames stay.</summary>
    internal void LetGo(Variable variable)
    {
        int start = frames.Count == 0 ? 0 : frames[^1];
        int place = held.LastIndexOf(variable.Index);
        if (place < start)
            return;
        held.RemoveAt(place);
        ref Slot slot = ref SlotOf(variable);
        if (--slot.FrameHolds == 0)
            LeaveFrames(ref slot);
    }

    private void KeepBeyondFrame(int depth, Variable variable)
    {
        if (frames.Count != depth)
            throw new TapeException($"Tape: the innermost frame ({frames.Count}) was expected to hand out values. Got frame {depth}.");
        _ = SlotOf(variable);
        int start = frames[^1], place = held.LastIndexOf(variable.Index);
        if (place < start)
            return;
        held.RemoveAt(place);
        held.Insert(start, variable.Index);
        frames[^1] = start + 1;
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
        for (int i = start; i < held.Count; i++)
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
        else if (RecomputeDepth(ref slot) > 0)
        {
            FreeValue(ref slot);
            slot.Dropped = true;
        }
    }

    // 0 for a value that is kept; else how many values in a row are made again to have it. A property of how the value
    // was made, not of what happens to be alive, so that no chain of recomputations grows beyond the limit.
    private int RecomputeDepth(ref Slot slot)
    {
        if (slot.RecomputeDepth >= 0)
            return slot.RecomputeDepth;
        int depth = 0;
        if (slot.Producer is { CanRecompute: true } producer)
        {
            foreach (int index in producer.Saved)
                if (index != producer.Output.Index)
                    depth = Math.Max(depth, RecomputeDepth(ref slots[index]));
            depth = depth < MostRecomputeDepth ? depth + 1 : 0;
        }
        return slot.RecomputeDepth = depth;
    }

    /// <summary>The scope of a module's call. Use with <c>using</c>.</summary>
    public readonly struct Frame : IDisposable, IEquatable<Frame>
    {
        private readonly Tape tape;
        private readonly int depth;

        internal Frame(Tape tape, int depth) => (this.tape, this.depth) = (tape, depth);

        /// <summary>Goes on from x to y in a sequence: x is used up and dies unless an adjoint needs it.</summary>
        public Variable Next(Variable x, Variable y)
        {
            if (x.Index != y.Index)
                tape.LetGo(x);
            return y;
        }

        /// <summary>Hands a value to the enclosing frame and stays open: for calls with several results.</summary>
        public void Keep(Variable variable) => tape.KeepBeyondFrame(depth, variable);

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
