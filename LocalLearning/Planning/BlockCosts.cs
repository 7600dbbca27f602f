using ManSharp.Autograd;
using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Planning;

/// <summary>
/// The memory of single blocks: what a block's step takes at its peak beside what is always there, and what it keeps
/// (parameters, optimizer state, average). Found on the dry device, each block once.
/// </summary>
internal sealed class BlockCosts(NetworkPlan plan, bool stemBlock, int batch)
{
    private readonly Dictionary<(int First, int Last), long> found = [];

    /// <summary>Bytes of a block of the units from <paramref name="first"/> to <paramref name="last"/>.</summary>
    internal long Bytes(int first, int last)
    {
        if (!found.TryGetValue((first, last), out long bytes))
            found.Add((first, last), bytes = Measure(first, last));
        return bytes;
    }

    // The same calls as in LocalTrainer.Step, for one block of a partition that has it.
    private long Measure(int first, int last)
    {
        int units = plan.Network.Units.Count;
        List<int> ends = [last];
        if (first > 0)
            ends.Insert(0, first - 1);
        if (last < units - 1)
            ends.Add(units - 1);
        Partition partition = Partition.Of(plan.Network, ends);
        int index = first > 0 ? 1 : 0;
        if (stemBlock)
            (partition, index) = (partition.WithStemBlock(), index + 1);
        using Device device = Device.Dry();
        using LocalBlock block = BlockBuilder.Build(device, plan with { Partition = partition }, index);
        var images = new Shape(batch, plan.ImageSize, plan.ImageSize, NetworkSpec.ImageChannels);
        var input = new TrainingInput(device.Rent(images), device.Rent(images), device.Rent(new Shape(batch)));
        long before = input.Images.Shape.Bytes * 2 + input.Labels.Shape.Bytes;
        Tensor features = index == 0 ? input.Images : device.Rent(Features(first - 1));
        Tape tape = block.Tape;
        block.Parameters.BeginGradients();
        Variable x = tape.Keep(block.Forward(tape, tape.Input(features)));
        BlockLosses losses = block.Objective.Evaluate(tape, x, input);
        tape.Backward(losses.Total);
        return device.Memory.PeakBytes - before;
    }

    private Shape Features(int unit)
    {
        int size = plan.Network.SizeAfter(unit, plan.ImageSize);
        return new Shape(batch, size, size, unit < 0 ? plan.Network.StemOutputs : plan.Network.Units[unit].Outputs);
    }
}
