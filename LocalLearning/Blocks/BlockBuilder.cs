using ManSharp.Layers.Modules;
using ManSharp.Layers.Networks;
using ManSharp.Layers.Training;
using ManSharp.LocalLearning.Methods;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Blocks;

/// <summary>How an auxiliary classifier is chosen for a block: by default the method's NcMf at the published widths.</summary>
/// <param name="block">The block, from 0.</param>
/// <param name="inputs">Channels that the head reads.</param>
/// <param name="outputs">Classes, or contrastive features.</param>
public delegate HeadSpec HeadChoice(int block, int inputs, int outputs);

/// <summary>Everything that determines a locally trained network.</summary>
public sealed record NetworkPlan
{
    /// <summary>The network.</summary>
    public required NetworkSpec Network { get; init; }

    /// <summary>Where it is cut.</summary>
    public required Partition Partition { get; init; }

    /// <summary>How its blocks learn.</summary>
    public required LocalMethod Method { get; init; }

    /// <summary>Height and width of the images.</summary>
    public required int ImageSize { get; init; }

    /// <summary>The optimizer's constants.</summary>
    public SgdOptions Optimizer { get; init; } = new();

    /// <summary>Heads other than the method's published ones.</summary>
    public HeadChoice? Heads { get; init; }

    /// <summary>Whether decoders read the images' pixels.</summary>
    public bool ReadsPixels => Partition.Blocks > 1 && Method.ReadsPixels;

    /// <summary>Channels between the two convolutions of each block's decoder, 0 for no decoder; null for the method's own choice.</summary>
    public Func<int, int>? DecoderHidden { get; init; }
}

/// <summary>Makes the blocks of a plan.</summary>
internal static class BlockBuilder
{
    internal static List<LocalBlock> Build(Device device, NetworkPlan plan)
    {
        plan.Network.Require(plan.ImageSize);
        if (plan is { Method.Fidelity: Fidelity.Reference, Network.LargeImages: true, Partition.Blocks: > 2 })
            throw new ArgumentException(
                $"Fidelity reference: at most 2 blocks were expected for {plan.Network.Name}, as its code has them. "
                + $"Got {plan.Partition.Blocks}. Use --fidelity paper.");
        var blocks = new List<LocalBlock>();
        for (int index = 0; index < plan.Partition.Blocks; index++)
            blocks.Add(Build(device, plan, index));
        return blocks;
    }

    /// <summary>Makes one block of a plan.</summary>
    internal static LocalBlock Build(Device device, NetworkPlan plan, int index)
    {
        int first = plan.Partition.FirstUnit(index), end = plan.Partition.Ends[index] + 1;
        List<Module> units = [.. plan.Network.Units.Take(first..end).Select(unit => unit.Build())];
        Module? stem = index == 0 ? plan.Network.BuildStem() : null;
        return new LocalBlock(
            device, index, stem, first, units, BuildObjective(plan, index), plan.Method, plan.Optimizer);
    }

    private static LocalObjective BuildObjective(NetworkPlan plan, int index)
    {
        (NetworkSpec network, LocalMethod method) = (plan.Network, plan.Method);
        if (index == plan.Partition.Blocks - 1)
            return new ClassifierObjective(network.BuildClassifier(plan.ImageSize));
        int last = plan.Partition.Ends[index];
        Momentum? momentum = method.Decorator == Decorator.None ? null : new Momentum(network.Units[last + 1], method.Decorator);
        return new AuxiliaryObjective(
            momentum, method.Base.Build(new AuxiliarySite(plan, index, momentum is null ? last : last + 1)));
    }
}
