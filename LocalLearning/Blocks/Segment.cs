using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Layers.Modules;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Blocks;

/// <summary>
/// Some of a block's modules, one after the other. Where a block has several segments, all but the last keep only their
/// input while it trains, and are run again in the backward pass.
/// </summary>
internal sealed class Segment : IDisposable
{
    private readonly Module[] modules;
    private readonly Tape? again;
    private readonly Func<Tape, Variable, Variable> run;

    private Segment(Module[] modules, Tape? again)
    {
        (this.modules, this.again) = (modules, again);
        run = Run;
    }

    /// <summary>Cuts a block's modules into segments of equal length, the stem counting as a module.</summary>
    internal static Segment[] Cut(Device device, IReadOnlyList<Module> modules, int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => new Segment(
            [.. modules.Take((modules.Count * i / count)..(modules.Count * (i + 1) / count))],
            i < count - 1 ? new Tape(device, TapeMode.Training) : null)),
    ];

    internal Variable Forward(Tape tape, Variable x) =>
        again is null || tape.Mode == TapeMode.Evaluation ? Run(tape, x) : tape.Checkpoint(x, again, run);

    public void Dispose() => again?.Dispose();

    private Variable Run(Tape tape, Variable x)
    {
        using Tape.Frame frame = tape.OpenFrame();
        foreach (Module module in modules)
            x = frame.Next(x, module.Forward(tape, x));
        return frame.Return(x);
    }
}
