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

    /// <summary>Channels between the two convolutions of each block's decoder, 0 for no decoder; null for the method's own choice.</summary>
    public Func<int, int>? DecoderHidden { get; init; }
}

/// <summary>Makes the blocks of a plan.</summary>
internal static class BlockBuilder
{
    internal static List<LocalBlock> Build(Device device, NetworkPlan plan)
    {
        plan.Network.Require(plan.ImageSize);
        var blocks = new List<LocalBlock>();
        for (int index = 0; index < plan.Partition.Blocks; index++)
        {
            int first = plan.Partition.FirstUnit(index), end = plan.Partition.Ends[index] + 1;
            List<Module> units = [.. plan.Network.Units.Take(first..end).Select(unit => unit.Build())];
            Module? stem = index == 0 ? plan.Network.BuildStem() : null;
            blocks.Add(new LocalBlock(
                device, index, stem, first, units, BuildObjective(plan, index), plan.Method.AverageMomentum, plan.Optimizer));
        }
        return blocks;
    }

    private static LocalObjective BuildObjective(NetworkPlan plan, int index)
    {
        (NetworkSpec network, LocalMethod method, int blocks) = (plan.Network, plan.Method, plan.Partition.Blocks);
        if (index == blocks - 1)
            return new ClassifierObjective(network.BuildClassifier(plan.ImageSize));
        int last = plan.Partition.Ends[index];
        Momentum? momentum = method.Average || method.Bias
            ? new Momentum(network.Units[last + 1], method.Average, method.Bias)
            : null;
        int channels = momentum?.Outputs ?? network.Units[last].Outputs;
        int outputs = method.LabelLoss == LabelLoss.Contrastive ? method.Feature : network.Classes;
        HeadSpec head = plan.Heads is null
            ? HeadSpec.Parse(method.Head, channels, outputs, method.Widen, method.Feature)
            : plan.Heads(index, channels, outputs);
        int hidden = plan.DecoderHidden?.Invoke(index) ?? (method.Weights.Reconstructs ? Decoder.PublishedHidden : 0);
        Decoder? decoder = hidden > 0 ? new Decoder(channels, plan.ImageSize, hidden) : null;
        return new InfoProObjective(
            momentum, decoder, new Head(head, channels), method.LabelLoss,
            method.Weights.Reconstruction(index, blocks), method.Weights.Label(index, blocks));
    }
}
