using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Autograd;

/// <summary>What a tape is for.</summary>
public enum TapeMode
{
    /// <summary>Operations are recorded for a backward pass; batch norm uses the batch's statistics.</summary>
    Training,

    /// <summary>Nothing is recorded; batch norm uses running statistics; values die with their frames.</summary>
    Evaluation,
}

/// <summary>
/// The operations of one step through one block, in the order of execution; the backward pass is that list reversed.
/// The tape owns the memory of every value made on it. A value lives while the frame that it was made in is open, and
/// longer if a recorded operation saved it for its adjoint; one that is cheaper to make again than to keep is dropped with
/// its frame and recomputed when the backward pass reads it.
/// </summary>
public sealed partial class Tape : IDisposable
{
    // A recomputed value may itself be made from this many recomputed values in a row, then one is kept.
    private const int MostRecomputeDepth = 1;

    private readonly List<Node> nodes = [];
    private readonly List<int> held = [];
    private readonly List<int> frames = [];
    private Slot[] slots = new Slot[64];
    private int slotCount;
    private int nodeCount;
    private int step;

    /// <summary>A tape on a device, ready for its first step.</summary>
    public Tape(Device device, TapeMode mode)
    {
        Device = device;
        Mode = mode;
    }

    /// <summary>Where the values live.</summary>
    public Device Device { get; }

    /// <summary>Training or evaluation.</summary>
    public TapeMode Mode { get; }

    /// <summary>What random operations of this step are drawn from, beside their own names; another one for every step.</summary>
    public ulong Seed { get; set; }

    internal IKernels Kernels => Device.Kernels;

    /// <summary>Puts a tensor of the caller's on the tape: it stays the caller's, and must outlive the step.</summary>
    /// <param name="value">The values.</param>
    /// <param name="needsGradient">Whether <see cref="GradientOf"/> will be asked for.</param>
    public Variable Input(Tensor value, bool needsGradient = false)
    {
        Variable variable = NewSlot(value.Shape, needsGradient && records && Mode == TapeMode.Training);
        slots[variable.Index].Value = value;
        return variable;
    }

    /// <summary>The values of a variable.</summary>
    /// <exception cref="TapeException">It belongs to another tape or step, or its frame is closed.</exception>
    public Tensor ValueOf(Variable variable)
    {
        ref Slot slot = ref SlotOf(variable);
        if (slot.Dropped)
        {
            slot.Value = Device.Rent(slot.Shape);
            slot.Dropped = false;
            slot.Producer!.Recompute(this);
            slot = ref slots[variable.Index];
        }
        return slot.Value.IsNone
            ? throw new TapeException(
                $"Tape: a living value was expected. Got {slot.Shape}, whose frame is closed. Return it from its frame.")
            : slot.Value;
    }

    /// <summary>The gradient that the backward pass left at an input that asked for one.</summary>
    /// <exception cref="TapeException">There is none.</exception>
    public Tensor GradientOf(Variable variable)
    {
        ref Slot slot = ref SlotOf(variable);
        return slot.Gradient.IsNone
            ? throw new TapeException(
                $"Tape: a gradient was expected. Got none at {slot.Shape}. Ask for it when the input is put on the tape, and call Backward.")
            : slot.Gradient;
    }

    /// <summary>
    /// Says that a value made on this tape is kept until the step ends, whatever adjoints need: what is made from it may
    /// then be recomputed.
    /// </summary>
    public Variable Keep(Variable variable)
    {
        ref Slot slot = ref SlotOf(variable);
        slot.RecomputeDepth = 0;
        return variable;
    }

    /// <summary>Takes a value out of the tape: its memory is the caller's to release and outlives the step.</summary>
    /// <exception cref="TapeException">The value is not the tape's own, or is gone.</exception>
    public Tensor Take(Variable variable)
    {
        Tensor value = ValueOf(variable);
        ref Slot slot = ref slots[variable.Index];
        if (!slot.Owned)
            throw new TapeException($"Tape: a value made on this tape was expected. Got an input {slot.Shape}. Copy it instead.");
        slot.Owned = false;
        return value;
    }

    /// <summary>Ends the step: every value, gradient and saved statistic goes back to the pool.</summary>
    public void Reset()
    {
        for (int i = 0; i < nodeCount; i++)
            nodes[i].Release();
        for (int i = 0; i < slotCount; i++)
        {
            FreeValue(ref slots[i]);
            FreeGradient(ref slots[i]);
        }
        slotCount = nodeCount = 0;
        held.Clear();
        frames.Clear();
        step++;
    }

    /// <summary>Ends the step.</summary>
    public void Dispose() => Reset();

    internal Shape ShapeOf(Variable variable) => SlotOf(variable).Shape;

    internal bool NeedsGradient(Variable variable) => !variable.IsNone && SlotOf(variable).NeedsGradient;

    /// <summary>Makes a value in the innermost frame; the caller writes it.</summary>
    internal Variable NewValue(Shape shape, bool needsGradient)
    {
        Tensor value = Device.Rent(shape);
        Variable variable = NewSlot(shape, needsGradient && records && Mode == TapeMode.Training);
        ref Slot slot = ref slots[variable.Index];
        slot.Value = value;
        slot.Owned = true;
        slot.FrameHolds = 1;
        held.Add(variable.Index);
        return variable;
    }

    /// <summary>Records the operation that made a value; the last step's node is used again where it is of the same kind.</summary>
    internal TNode Record<TNode>(Variable output) where TNode : Node, new()
    {
        TNode node;
        if (nodeCount < nodes.Count && nodes[nodeCount] is TNode used)
            node = used;
        else
        {
            node = new TNode();
            if (nodeCount < nodes.Count)
                nodes[nodeCount] = node;
            else
                nodes.Add(node);
        }
        nodeCount++;
        node.Begin(output);
        slots[output.Index].Producer = node;
        return node;
    }

    /// <summary>Keeps a value, or what it can be recomputed from, until the node's adjoint has run.</summary>
    internal Variable Save(Node node, Variable variable)
    {
        SlotOf(variable).Saves++;
        node.AddSaved(variable.Index);
        return variable;
    }

    /// <summary>Temporary memory of a kernel; dispose of it at the end of the call.</summary>
    internal Scratch RentScratch(int length) =>
        new(length == 0 ? Tensor.None : Device.Memory.RentScratch(new Shape(length)));

    private Variable NewSlot(Shape shape, bool needsGradient)
    {
        if (slotCount == slots.Length)
            Array.Resize(ref slots, 2 * slots.Length);
        slots[slotCount] = new Slot { Shape = shape, NeedsGradient = needsGradient, RecomputeDepth = -1 };
        return new Variable(this, slotCount++, step);
    }

    private ref Slot SlotOf(Variable variable)
    {
        if (variable.Tape != this)
            throw new TapeException(variable.Tape is null
                ? "Tape: a variable was expected. Got none. Pass a value made on this tape."
                : "Tape: a variable of this tape was expected. Got one of another tape. Blocks are isolated: take its tensor and put it on this tape as an input.");
        if (variable.Step != step)
            throw new TapeException(
                $"Tape: a variable of this step ({step}) was expected. Got one of step {variable.Step}. Do not keep variables beyond a step.");
        return ref slots[variable.Index];
    }

    private static void FreeValue(ref Slot slot)
    {
        if (slot.Owned && !slot.Value.IsNone)
            slot.Value.Release();
        slot.Value = Tensor.None;
        slot.Dropped = false;
    }

    private static void FreeGradient(ref Slot slot)
    {
        if (!slot.Gradient.IsNone)
            slot.Gradient.Release();
        slot.Gradient = Tensor.None;
    }

    private struct Slot
    {
        internal Shape Shape;
        internal Tensor Value;
        internal Tensor Gradient;
        internal Node? Producer;
        internal int FrameHolds;
        internal int Saves;
        internal int RecomputeDepth;
        internal bool Owned;
        internal bool NeedsGradient;
        internal bool Dropped;
    }
}

/// <summary>Temporary memory, returned when it is disposed of.</summary>
internal readonly ref struct Scratch(Tensor tensor)
{
    internal Tensor Tensor { get; } = tensor;

    public void Dispose()
    {
        if (!Tensor.IsNone)
            Tensor.Release();
    }
}
