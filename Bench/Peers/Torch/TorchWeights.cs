using ManSharp.Layers.Files;
using ManSharp.Layers.Modules;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;
using TorchSharp;

namespace ManSharp.Peers.Torch;

/// <summary>Gives libtorch's network the parameters and running statistics of this engine's, turned into its layout.</summary>
internal static class TorchWeights
{
    /// <exception cref="InvalidOperationException">The networks do not have the same tensors.</exception>
    internal static void Copy(TorchNetwork network, Device device, LocalTrainer trainer)
    {
        Dictionary<string, torch.Tensor> theirs = network.state_dict()
            .Where(pair => !pair.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key, pair => pair.Value);
        using IDisposable noGradients = torch.no_grad();
        foreach ((string name, Tensor value) in Ours(trainer))
        {
            if (!theirs.Remove(name, out torch.Tensor? target))
                throw new InvalidOperationException($"Weights: libtorch's network has no tensor '{name}'.");
            float[] values = new float[value.Length];
            device.Kernels.Download(values, value);
            using torch.Tensor source = Weight(values, value.Shape);
            if (!source.shape.SequenceEqual(target.shape))
                throw new InvalidOperationException(
                    $"Weights: '{name}' [{string.Join(", ", source.shape)}] was expected. Got [{string.Join(", ", target.shape)}].");
            target.copy_(source);
        }
        if (theirs.Count > 0)
            throw new InvalidOperationException($"Weights: this engine's network has no tensor '{theirs.Keys.First()}'.");
    }

    /// <summary>HWIO becomes OIHW, [in, out] becomes [out, in].</summary>
    internal static torch.Tensor Weight(float[] values, Shape shape)
    {
        float[] turned = new float[values.Length];
        switch (shape.Rank)
        {
            case 4:
                TensorLayout.HwioToOihw(values, turned, outputs: shape[3], inputs: shape[2], height: shape[0], width: shape[1]);
                return torch.tensor(turned, [shape[3], shape[2], shape[0], shape[1]]);
            case 2:
                TensorLayout.InOutToOutIn(values, turned, outputs: shape[1], inputs: shape[0]);
                return torch.tensor(turned, [shape[1], shape[0]]);
            default:
                return torch.tensor(values, [values.Length]);
        }
    }

    private static IEnumerable<(string Name, Tensor Value)> Ours(LocalTrainer trainer)
    {
        foreach (LocalBlock block in trainer.Blocks)
            foreach (Declaration declaration in Declarations(block))
            {
                foreach (NamedParameter named in declaration.Parameters)
                    yield return (named.Name, named.Parameter.Value);
                foreach (NamedStatistic named in declaration.Statistics)
                    yield return (named.Name, named.Statistic.Value);
            }
    }

    private static IEnumerable<Declaration> Declarations(LocalBlock block)
    {
        yield return block.Parameters.Declaration;
        if (block.Average is { } average)
            yield return average.Parameters.Declaration;
    }
}
