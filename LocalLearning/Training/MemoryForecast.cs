using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Training;

/// <summary>The memory that training will take, found by training one step on the dry device.</summary>
public static class MemoryForecast
{
    /// <summary>
    /// The greatest number of bytes that are live at once while a plan trains: parameters, batch and activations.
    /// </summary>
    /// <param name="plan">What is trained.</param>
    /// <param name="batch">Images of a step.</param>
    public static long PeakBytes(NetworkPlan plan, int batch)
    {
        using Device device = Device.Dry();
        using var trainer = new LocalTrainer(device, plan, seed: 0);
        float[] ones = [.. Enumerable.Repeat(1f, NetworkSpec.ImageChannels)];
        using var buffers = new InputBuffers(device, plan, batch, ones, ones);
        trainer.Step(buffers.First(batch), rate: 0);
        return device.Memory.PeakBytes;
    }

    /// <summary>The same plan, trained end to end.</summary>
    public static NetworkPlan EndToEnd(NetworkPlan plan) => plan with
    {
        Method = LocalMethod.Parse("bp"),
        Partition = Partition.For(plan.Network, 1),
    };
}
