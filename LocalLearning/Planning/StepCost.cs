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
        TrainingInput input = RentBatch(dry, plan.ImageSize, batch);
        dry.Memory.ResetPeak();
        double flops = dry.Kernels.Flops;
        long calls = dry.Kernels.Calls;
        trainer.Step(input, rate: 0.1f);
        return new StepCost(dry.Memory.PeakBytes, dry.Memory.LiveBytes, dry.Kernels.Flops - flops, dry.Kernels.Calls - calls);
    }

    /// <summary>Memory for a batch: pixels, normalized images, labels.</summary>
    public static TrainingInput RentBatch(Device device, int imageSize, int batch)
    {
        var images = new Shape(batch, imageSize, imageSize, 3);
        return new TrainingInput(device.Rent(images), device.Rent(images), device.Rent(new Shape(batch)));
    }
}
