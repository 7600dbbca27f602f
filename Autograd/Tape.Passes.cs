using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Autograd;

/// <summary>Runs of a tape inside another one's step, and values and gradients that go from one to the other.</summary>
public sealed partial class Tape
{
    private bool records = true;

    /// <summary>Whether running statistics take in the values of this pass: once a step.</summary>
    internal bool GathersStatistics { get; private set; } = true;

    /// <summary>A pass that may record nothing, or leave running statistics alone. It ends with the scope, and so do its values.</summary>
    internal PassScope Pass(bool records, bool gathersStatistics)
    {
        Reset();
        (this.records, GathersStatistics) = (records, gathersStatistics);
        return new PassScope(this);
    }

    /// <summary>Puts a tensor on the tape as a value made on it: the tape owns the memory from now on.</summary>
    internal Variable Adopt(Tensor value)
    {
        Variable variable = NewSlot(value.Shape, Mode == TapeMode.Training);
        ref Slot slot = ref slots[variable.Index];
        slot.Value = value;
        slot.Owned = true;
        slot.FrameHolds = 1;
        held.Add(variable.Index);
        return variable;
    }

    /// <summary>Runs the adjoints from a gradient that is known; its memory is the tape's from now on.</summary>
    internal void Backward(Variable from, Tensor gradient)
    {
        SlotOf(from).Gradient = gradient;
        RunAdjoints();
    }

    /// <summary>Takes a gradient out of the tape: its memory is the caller's.</summary>
    internal Tensor TakeGradient(Variable variable)
    {
        ref Slot slot = ref SlotOf(variable);
        Tensor gradient = slot.Gradient;
        slot.Gradient = Tensor.None;
        return gradient;
    }

    /// <summary>Adds a gradient whose memory the caller gives away.</summary>
    internal void AddGradient(Variable variable, Tensor gradient)
    {
        ref Slot slot = ref SlotOf(variable);
        if (slot.Gradient.IsNone)
        {
            slot.Gradient = gradient;
            return;
        }
        Kernels.Scale(slot.Gradient, gradient, 1f, Write.Add);
        gradient.Release();
    }

    /// <summary>The end of a pass.</summary>
    internal readonly struct PassScope(Tape tape) : IDisposable
    {
        public void Dispose()
        {
            tape.Reset();
            (tape.records, tape.GathersStatistics) = (true, true);
        }
    }
}
