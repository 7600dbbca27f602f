using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Autograd;

/// <summary>The backward pass.</summary>
public sealed partial class Tape
{
    /// <summary>
    /// Runs the adjoints of the recorded operations in reverse order from d loss / d loss = 1. Each saved value and each
    /// gradient goes back to the pool as soon as its last reader has run.
    /// </summary>
    /// <param name="loss">One value made on this tape.</param>
    /// <exception cref="TapeException">The tape evaluates, the loss is no single value, or nothing it depends on trains.</exception>
    public void Backward(Variable loss)
    {
        if (Mode != TapeMode.Training)
            throw new TapeException("Backward: a tape for training was expected. Got one for evaluation. Make it with TapeMode.Training.");
        if (loss.Shape.Length != 1 || !NeedsGradient(loss))
            throw new TapeException(
                $"Backward: one value that depends on a parameter was expected. Got {loss.Shape}, needs gradient: {NeedsGradient(loss)}. Reduce it to a loss.");
        Kernels.Fill(GradientFor(loss, out _), 1f);
        RunAdjoints();
    }

    private void RunAdjoints()
    {
        while (nodeCount > 0)
        {
            Node node = nodes[--nodeCount];
            int output = node.Output.Index;
            if (!slots[output].Gradient.IsNone)
                node.Backward(this);
            FreeGradient(ref slots[output]);
            foreach (int index in node.Saved)
            {
                ref Slot slot = ref slots[index];
                if (--slot.Saves == 0 && slot.FrameHolds == 0)
                    FreeValue(ref slot);
            }
            slots[output].Producer = null;
            node.Release();
        }
    }

    /// <summary>The gradient of a node's output.</summary>
    internal Tensor OutputGradient(Node node) => slots[node.Output.Index].Gradient;

    /// <summary>A variable's gradient as a destination, and whether its writer sets or adds.</summary>
    internal Tensor GradientFor(Variable variable, out Write write)
    {
        ref Slot slot = ref SlotOf(variable);
        write = slot.Gradient.IsNone ? Write.Set : Write.Add;
        if (slot.Gradient.IsNone)
            slot.Gradient = Device.Rent(slot.Shape);
        return slot.Gradient;
    }

    /// <summary>
    /// Hands the memory of the output's gradient to an input that has none yet, so that an adjoint which may work in
    /// place does. False where the input already has a gradient, to which must be added.
    /// </summary>
    internal bool TryMoveGradient(Node node, Variable input)
    {
        ref Slot from = ref slots[node.Output.Index];
        ref Slot to = ref SlotOf(input);
        if (!to.Gradient.IsNone || from.Shape != to.Shape)
            return false;
        to.Gradient = from.Gradient;
        from.Gradient = Tensor.None;
        return true;
    }
}
