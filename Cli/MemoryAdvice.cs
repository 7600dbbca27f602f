using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Planning;
using ManSharp.Tensors;

namespace ManSharp.Cli;

/// <summary>What a person can do where a device's memory does not suffice, in numbers.</summary>
internal static class MemoryAdvice
{
    // Batch norm needs two images.
    private const int LeastBatch = 2;

    /// <summary>Does the work; where it runs out of the device's memory, says what would fit.</summary>
    internal static int Around(NetworkPlan plan, int batch, Device device, Func<int> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (DeviceException.Of(exception) is { IsOutOfMemory: true })
        {
            throw new InputException($"{DeviceException.Of(exception)!.Message} {For(plan, batch, device)}");
        }
    }

    /// <summary>What training with this batch holds, and with the first of its halves that fits.</summary>
    internal static string For(NetworkPlan plan, int batch, Device device)
    {
        string needs = $"Training with --batch {batch} needs {Words.Bytes(Held(batch))}";
        int images = batch / 2;
        while (images > LeastBatch && Held(images) > device.Memory.RoomBytes)
            images /= 2;
        if (images >= LeastBatch)
            needs += $", --batch {images} {Words.Bytes(Held(images))}";
        return $"{needs}. mansharp plan --budget SIZE finds a cut that fits.";

        long Held(int count) => StepCost.Predict(plan, count, device).HeldBytes;
    }
}
