using ManSharp.Layers.Training;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Analysis;

/// <summary>
/// A linear classifier on the features of each block of a frozen network. All of them learn from one pass of the
/// network over a batch, so that features are never stored.
/// </summary>
public sealed class BlockProbes : IDisposable
{
    private readonly Device device;
    private readonly LocalTrainer network;
    private readonly List<LinearProbe> probes = [];
    private readonly Tensor counts;
    private readonly float[] counted;

    /// <summary>Classifiers whose first values are a function of the seed.</summary>
    /// <param name="device">Where the network is.</param>
    /// <param name="network">In evaluation mode; it is read and never changed.</param>
    /// <param name="options">The optimizer's constants.</param>
    /// <param name="seed">Of the first values.</param>
    public BlockProbes(Device device, LocalTrainer network, SgdOptions options, ulong seed)
    {
        (this.device, this.network) = (device, network);
        NetworkPlan plan = network.Plan;
        foreach (int unit in plan.Partition.Ends)
        {
            int size = plan.Network.SizeAfter(unit, plan.ImageSize);
            int channels = unit < 0 ? plan.Network.StemOutputs : plan.Network.Units[unit].Outputs;
            probes.Add(new LinearProbe(device, size, channels, plan.Network.Classes, options, seed));
        }
        counts = device.Rent(new Shape(probes.Count));
        counted = new float[probes.Count];
    }

    /// <summary>Values of an image that each classifier reads.</summary>
    public IReadOnlyList<int> Features => [.. probes.Select(probe => probe.Features)];

    /// <summary>One step of every classifier.</summary>
    public void Step(TrainingInput input, float rate) => network.VisitFeatures(
        input.Images, (block, features) => probes[block.Index].Step(features, input.Labels, rate));

    /// <summary>How many images of a batch each classifier gets right.</summary>
    public IReadOnlyList<int> CountCorrect(TrainingInput input)
    {
        network.VisitFeatures(input.Images, (block, features) => probes[block.Index].CountCorrect(
            counts.Slice(block.Index, new Shape(1)), features, input.Labels));
        device.Kernels.Download(counted, counts);
        return [.. counted.Select(count => (int)count)];
    }

    /// <summary>Returns everything that the classifiers own.</summary>
    public void Dispose()
    {
        counts.Release();
        foreach (LinearProbe probe in probes)
            probe.Dispose();
    }
}
