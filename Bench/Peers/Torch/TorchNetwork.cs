using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace ManSharp.Peers.Torch;

/// <summary>
/// The network and its auxiliaries, with the names that this engine gives their parameters: conv1, bn1, layers.U, fc,
/// and for every block but the last heads.B, decoders.B, LB.B, EMA.B.
/// </summary>
internal sealed class TorchNetwork : Module
{
    private readonly NetworkPlan plan;
    private readonly bool pools;
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Linear fc;
    private readonly ModuleList<TorchUnit> layers;
    private readonly ModuleList<Sequential> heads;
    private readonly ModuleList<TorchDecoder> decoders;
    private readonly ModuleList<TorchUnit> bias, average;

    internal TorchNetwork(NetworkPlan plan) : base("network")
    {
        this.plan = plan;
        NetworkSpec network = plan.Network;
        var stem = (ConvStemSpec)network.Stem;
        pools = stem.Pool;
        register_module("conv1", conv1 = Conv2d(
            NetworkSpec.ImageChannels, stem.Outputs, stem.Kernel, stride: stem.Stride, padding: stem.Kernel / 2, bias: false));
        register_module("bn1", bn1 = BatchNorm2d(network.StemOutputs));
        layers = new ModuleList<TorchUnit>([.. network.Units.Select(unit => new TorchUnit(unit))]);
        fc = Linear(network.Features, network.Classes);
        UnitSpec[] next = [.. plan.Partition.Ends.SkipLast(1).Select(end => network.Units[end + 1])];
        heads = new ModuleList<Sequential>([.. next.Select(unit => TorchHead.Create(
            HeadSpec.Parse(plan.Method.HeadName!, unit.Outputs, network.Classes, plan.Method.Widen, plan.Method.Feature), unit.Outputs))]);
        decoders = new ModuleList<TorchDecoder>([.. next.Select(unit => new TorchDecoder(unit.Outputs, plan.ImageSize))]);
        bias = new ModuleList<TorchUnit>([.. next.Select(unit => new TorchUnit(unit))]);
        average = new ModuleList<TorchUnit>([.. next.Select(unit => new TorchUnit(unit))]);
        foreach ((string name, Module module) in
            ((string, Module)[])[("layers", layers), ("fc", fc), ("heads", heads), ("decoders", decoders), ("LB", bias), ("EMA", average)])
            register_module(name, module);
        foreach (Parameter parameter in average.parameters())
            parameter.requires_grad_(false);
    }

    /// <summary>What block <paramref name="block"/>'s optimizer steps.</summary>
    internal IEnumerable<Parameter> Trained(int block)
    {
        IEnumerable<Module> modules = Units(block);
        if (block == 0)
            modules = modules.Append(conv1).Append(bn1);
        modules = block == plan.Partition.Blocks - 1
            ? modules.Append(fc)
            : modules.Append(bias[block]).Append(heads[block]).Append(decoders[block]);
        return modules.SelectMany(module => module.parameters());
    }

    /// <summary>The block's features.</summary>
    internal torch.Tensor Forward(int block, torch.Tensor x)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        if (block == 0)
            x = Stem(x);
        foreach (TorchUnit unit in Units(block))
            x = unit.call(x);
        return x.MoveToOuterDisposeScope();
    }

    /// <summary>Logits from the last block's features.</summary>
    internal torch.Tensor Classify(torch.Tensor x)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return fc.call(functional.adaptive_avg_pool2d(x, 1).flatten(1)).MoveToOuterDisposeScope();
    }

    /// <summary>l1 BCE(decoder(y), pixels) + l2 CE(head(y), labels), y = LB(x) + EMA(x).</summary>
    internal torch.Tensor LocalLoss(int block, torch.Tensor x, TorchBatch batch)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor y = bias[block].call(x) + average[block].call(x);
        torch.Tensor reconstruction = functional.binary_cross_entropy(decoders[block].call(y), batch.Pixels);
        torch.Tensor label = functional.cross_entropy(heads[block].call(y), batch.Labels);
        int blocks = plan.Partition.Blocks;
        LossWeights weights = plan.Method.Weights;
        return (weights.Reconstruction(block, blocks) * reconstruction + weights.Label(block, blocks) * label)
            .MoveToOuterDisposeScope();
    }

    /// <summary>EMA = m EMA + (1 - m) next unit, parameters only.</summary>
    internal void Absorb(int block)
    {
        using IDisposable noGradients = torch.no_grad();
        float momentum = plan.Method.AverageMomentum;
        foreach ((Parameter own, Parameter unit) in
            average[block].parameters().Zip(layers[plan.Partition.FirstUnit(block + 1)].parameters()))
            own.mul_(momentum).add_(unit, alpha: 1 - momentum);
    }

    /// <summary>Logits of the plain network.</summary>
    internal torch.Tensor Predict(torch.Tensor images)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = images;
        for (int block = 0; block < plan.Partition.Blocks; block++)
            x = Forward(block, x);
        return Classify(x).MoveToOuterDisposeScope();
    }

    private torch.Tensor Stem(torch.Tensor x)
    {
        x = bn1.call(conv1.call(x)).relu_();
        return pools ? functional.max_pool2d(x, [3, 3], [2, 2], [1, 1]) : x;
    }

    private IEnumerable<TorchUnit> Units(int block)
    {
        for (int unit = plan.Partition.FirstUnit(block); unit <= plan.Partition.Ends[block]; unit++)
            yield return layers[unit];
    }
}
