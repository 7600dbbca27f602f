using System.Globalization;
using ManSharp.Autograd;
using ManSharp.Layers.Modules;
using ManSharp.Layers.Training;
using ManSharp.LocalLearning.Methods;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Blocks;

/// <summary>
/// One gradient-isolated block: its units (the first block has the stem too), what it learns by, and everything that it
/// owns: parameters, optimizer state, tape and the averaged copy of its successor's first unit.
/// </summary>
public sealed class LocalBlock : IDisposable
{
    private readonly Device device;
    private readonly Segment[] segments;

    internal LocalBlock(
        Device device, int index, Module? stem, int firstUnit, IReadOnlyList<Module> units, LocalObjective objective,
        LocalMethod method, SgdOptions optimizer)
    {
        this.device = device;
        segments = Segment.Cut(
            device, stem is null ? units : [stem, .. units], method.Base.Segments(method, units.Count));
        Index = index;
        Objective = objective;
        var declaration = new Declaration();
        // The units come first, so that the first unit's parameters are a prefix that the previous block's average can read.
        for (int i = 0; i < units.Count; i++)
            declaration.Child(string.Create(CultureInfo.InvariantCulture, $"layers.{firstUnit + i}"), units[i]);
        stem?.Declare(declaration);
        if (objective is ClassifierObjective)
            objective.Declare(declaration, index);
        NetworkParameterCount = declaration.ParameterCount;
        (int parameters, int statistics) = (declaration.Parameters.Count, declaration.Statistics.Count);
        if (objective is not ClassifierObjective)
            objective.Declare(declaration, index);
        Parameters = new ParameterBuffer(device, declaration);
        Optimizer = new SgdOptimizer(device, Parameters, optimizer);
        NetworkValueBytes = Parameters.ValueBytes(parameters);
        NetworkStatisticBytes = Parameters.StatisticBytes(statistics);
        if (objective.Momentum?.Average is { } average)
            Average = new MomentumAverage(
                device, string.Create(CultureInfo.InvariantCulture, $"EMA.{index}"), average, method.AverageMomentum);
        Tape = new Tape(device, TapeMode.Training);
    }

    /// <summary>Its place, from 0.</summary>
    public int Index { get; }

    /// <summary>What it learns by.</summary>
    public LocalObjective Objective { get; }

    /// <summary>Its parameters and its auxiliary's, in one flat buffer.</summary>
    public ParameterBuffer Parameters { get; }

    /// <summary>Steps the parameters.</summary>
    public SgdOptimizer Optimizer { get; }

    /// <summary>The averaged copy of the next block's first unit, where the method has one.</summary>
    public MomentumAverage? Average { get; }

    /// <summary>The tape of its steps.</summary>
    public Tape Tape { get; }

    /// <summary>Learned values of the plain network: the block's own and the last block's classifier, but no auxiliary's.</summary>
    public long NetworkParameterCount { get; }

    /// <summary>Bytes of the plain network's values in <see cref="Parameters"/>: they come first.</summary>
    public long NetworkValueBytes { get; }

    /// <summary>Bytes of the plain network's running statistics in <see cref="Parameters"/>.</summary>
    public long NetworkStatisticBytes { get; }

    /// <summary>The block's features from the previous block's, or from the images.</summary>
    public Variable Forward(Tape tape, Variable x)
    {
        using Tape.Frame frame = tape.OpenFrame();
        foreach (Segment segment in segments)
            x = frame.Next(x, segment.Forward(tape, x));
        return frame.Return(x);
    }

    /// <summary>Makes both copies of the next block's first unit what it is now.</summary>
    internal void CopyFirstUnit(LocalBlock next)
    {
        Average?.CopyFrom(next.Parameters);
        if (Objective.Momentum?.Bias is null)
            return;
        string name = string.Create(CultureInfo.InvariantCulture, $"LB.{Index}.");
        Copy(
            [.. Parameters.Declaration.Parameters.Where(p => p.Name.StartsWith(name, StringComparison.Ordinal)).Select(p => p.Parameter.Value)],
            [.. next.Parameters.Declaration.Parameters.Select(p => p.Parameter.Value)]);
        Copy(
            [.. Parameters.Declaration.Statistics.Where(s => s.Name.StartsWith(name, StringComparison.Ordinal)).Select(s => s.Statistic.Value)],
            [.. next.Parameters.Declaration.Statistics.Select(s => s.Statistic.Value)]);
    }

    /// <summary>Returns everything that the block owns.</summary>
    public void Dispose()
    {
        foreach (Segment segment in segments)
            segment.Dispose();
        Tape.Dispose();
        Average?.Dispose();
        Optimizer.Dispose();
        Parameters.Dispose();
    }

    private void Copy(List<Tensor> to, List<Tensor> from)
    {
        for (int i = 0; i < to.Count; i++)
            device.Kernels.Copy(to[i], from[i]);
    }
}
