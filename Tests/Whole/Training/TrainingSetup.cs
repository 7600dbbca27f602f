using ManSharp.Layers.Networks;
using ManSharp.Layers.Training;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;

namespace ManSharp.Tests.Whole.Training;

/// <summary>Small plans and made-up batches, and everything that a trainer has learned.</summary>
internal static class TrainingSetup
{
    public const int Classes = 4;

    /// <summary>Reconstruction and label weights that differ from block to block.</summary>
    public static LossWeights Weights { get; } = new(2, 0.5f, 1, 0.75f);

    /// <summary>A plan with every unit a block of its own, or, end to end, one block.</summary>
    public static NetworkPlan Plan(string method, int depth = 8, int imageSize = 8, int? blocks = null)
    {
        NetworkSpec network = NetworkSpec.CifarResNet(depth, Classes);
        LocalMethod local = LocalMethod.Parse(method) with { Weights = Weights, AverageMomentum = 0.9f };
        return new NetworkPlan
        {
            Network = network,
            Partition = Partition.For(network, local.EndToEnd ? 1 : blocks ?? network.Units.Count),
            // With decoders, whatever the trainer's default is, and weights under which a fault of either loss shows.
            Method = local with { Weights = new LossWeights(0.1f, 0.1f, 1, 1) },
            ImageSize = imageSize,
            Optimizer = new SgdOptions(WeightDecay: 0.01f),
        };
    }

    /// <summary>Random images, pixels and labels; the caller releases them.</summary>
    public static TrainingInput Batch(Device device, NetworkPlan plan, int batch, ulong seed = 1)
    {
        var shape = new Shape(batch, plan.ImageSize, plan.ImageSize, 3);
        var input = new TrainingInput(device.Rent(shape), device.Rent(shape), device.Rent(new Shape(batch)));
        float[] images = HostValues.Normal(input.Images.Length, seed);
        device.Kernels.Upload(input.Images, images);
        device.Kernels.Upload(input.Pixels, [.. images.Select(value => 1 / (1 + MathF.Exp(-value)))]);
        device.Kernels.Upload(input.Labels, [.. Enumerable.Range(0, batch).Select(i => (float)(i * 3 % plan.Network.Classes))]);
        return input;
    }

    /// <summary>Returns a batch's memory.</summary>
    public static void Release(this TrainingInput input)
    {
        input.Images.Release();
        input.Pixels.Release();
        input.Labels.Release();
    }

    /// <summary>Every value that a trainer keeps between steps, by name.</summary>
    public static SortedDictionary<string, float[]> State(Device device, LocalTrainer trainer)
    {
        var state = new SortedDictionary<string, float[]>(StringComparer.Ordinal);
        foreach (LocalBlock block in trainer.Blocks)
        {
            state[$"{block.Index} parameters"] = device.Values(block.Parameters.Values);
            state[$"{block.Index} statistics"] = device.Values(block.Parameters.Statistics);
            state[$"{block.Index} velocity"] = device.Values(block.Optimizer.Velocity);
            if (block.Average is not { } average)
                continue;
            state[$"{block.Index} average"] = device.Values(average.Parameters.Values);
            state[$"{block.Index} average's statistics"] = device.Values(average.Parameters.Statistics);
        }
        return state;
    }
}
