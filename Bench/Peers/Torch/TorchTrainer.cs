using ManSharp.Layers.Training;
using ManSharp.LocalLearning.Blocks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace ManSharp.Peers.Torch;

/// <summary>
/// Trains block by block in eager mode, as a PyTorch user would: each block's graph ends with its backward pass, each
/// block has an SGD of its own. One block is plain end-to-end training.
/// </summary>
internal sealed class TorchTrainer : IDisposable
{
    private readonly int blocks;
    private readonly bool averages;
    private readonly List<SGD> optimizers = [];
    private readonly torch.Tensor?[] losses;

    internal TorchTrainer(NetworkPlan plan)
    {
        if (plan.Partition.Blocks > 1 && !(plan.Method.Average && plan.Method.Bias))
            throw new ArgumentException($"Method: bp or man was expected. Got '{plan.Method.Name}'.");
        blocks = plan.Partition.Blocks;
        averages = blocks > 1;
        Network = new TorchNetwork(plan);
        Network.train();
        losses = new torch.Tensor?[blocks];
        SgdOptions options = plan.Optimizer;
        for (int block = 0; block < blocks; block++)
            optimizers.Add(torch.optim.SGD(
                Network.Trained(block), 0.1, options.Momentum, 0, options.WeightDecay, options.Nesterov));
    }

    internal TorchNetwork Network { get; }

    internal void Step(TorchBatch batch, float rate)
    {
        torch.Tensor features = batch.Images;
        for (int block = 0; block < blocks; block++)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            torch.Tensor x = Network.Forward(block, features);
            torch.Tensor loss = block == blocks - 1
                ? functional.cross_entropy(Network.Classify(x), batch.Labels)
                : Network.LocalLoss(block, x, batch);
            optimizers[block].zero_grad();
            loss.backward();
            foreach (var group in optimizers[block].ParamGroups)
                group.LearningRate = rate;
            optimizers[block].step();
            if (averages && block + 1 < blocks)
                Network.Absorb(block);
            losses[block]?.Dispose();
            losses[block] = loss.detach().DetachFromDisposeScope();
            if (block > 0)
                features.Dispose();
            features = x.detach().MoveToOuterDisposeScope();
        }
        features.Dispose();
    }

    internal float[] Losses() => [.. losses.Select(loss => loss!.item<float>())];

    public void Dispose()
    {
        foreach (torch.Tensor? loss in losses)
            loss?.Dispose();
        foreach (SGD optimizer in optimizers)
            optimizer.Dispose();
        Network.Dispose();
    }
}
