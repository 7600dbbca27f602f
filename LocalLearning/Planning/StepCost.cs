using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Planning;

/// <summary>What one training step takes, found by running it on the dry device: no formula of its own that could be wrong.</summary>
/// <param name="PeakBytes">The greatest number of bytes that are live at once: parameters, optimizer state, the batch, activations.</param>
/// <param name="LiveBytes">Bytes that are live between steps.</param>
/// <param name="Flops">Operations of convolutions and matrix products, as written.</param>
/// <param name="KernelCalls">Kernels called.</param>
public sealed record StepCost(long PeakBytes, long LiveBytes, double Flops, long KernelCalls)
{
    /// <summary>The cost of a step of <paramref name="plan"/> with batches of <paramref name="batch"/> images.</summary>
    /// <param name="plan">What is trained.</param>
    /// <param name="batch">Images a step.</param>
    /// <param name="like">The device whose memory is predicted; the CPU where none is given.</param>
    public static StepCost Predict(NetworkPlan plan, int batch, Device? like = null)
    {
        using Device dry = like?.CreateDry() ?? Device.Dry();
        using var trainer = new LocalTrainer(dry, plan, seed: 0);
        float[] ones = [.. Enumerable.Repeat(1f, NetworkSpec.ImageChannels)];
        using var buffers = new InputBuffers(dry, plan, batch, ones, ones);
        double flops = dry.Kernels.Flops;
        long calls = dry.Kernels.Calls;
        trainer.Step(buffers.First(batch), rate: 0);
        return new StepCost(
            dry.Memory.PeakBytes, dry.Memory.LiveBytes, dry.Kernels.Flops - flops, dry.Kernels.Calls - calls);
    }

    /// <summary>The same network, trained end to end.</summary>
    public static NetworkPlan EndToEnd(NetworkPlan plan) => plan with
    {
        Method = LocalMethod.Parse("bp"),
        Partition = Partition.For(plan.Network, 1),
    };
}
