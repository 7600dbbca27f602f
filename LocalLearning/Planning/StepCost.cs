using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;
using ManSharp.Tensors.Memory;

namespace ManSharp.LocalLearning.Planning;

/// <summary>What one training step takes, found by running it on the dry device: no formula of its own that could be wrong.</summary>
/// <param name="PeakBytes">The greatest number of bytes that are live at once: parameters, optimizer state, the batch, activations.</param>
/// <param name="LiveBytes">Bytes that are live between steps.</param>
/// <param name="Flops">Operations of convolutions and matrix products, as written.</param>
/// <param name="KernelCalls">Kernels called.</param>
public sealed record StepCost(long PeakBytes, long LiveBytes, double Flops, long KernelCalls)
{
    /// <summary>What each block's peak consists of; the greatest of them is <see cref="PeakBytes"/>.</summary>
    public required IReadOnlyList<BlockMemory> Blocks { get; init; }

    /// <summary>The peak while a batch of the same size is classified between training steps.</summary>
    public required long EvaluationPeakBytes { get; init; }

    /// <summary>
    /// The segments in which training steps and classifying between them find place:
    /// <see cref="MemoryPool.Reserve"/> of them before the trainer is made, and the pool never grows.
    /// </summary>
    public MemoryLayout Layout => Requests.BestLayout;

    /// <summary>What two training steps and a classification rent and return.</summary>
    public required MemoryRecording Requests { get; init; }

    /// <summary>
    /// What training holds of the device, classifying between epochs included: what is live at the greater of both
    /// peaks, and the gaps between tensors of unequal sizes.
    /// </summary>
    public long HeldBytes => Layout.Bytes;

    /// <summary>The first of the blocks in which the peak occurs.</summary>
    public BlockMemory Greatest => Blocks.MaxBy(block => block.PeakBytes)!;

    /// <summary>The cost of a step of <paramref name="plan"/> with batches of <paramref name="batch"/> images.</summary>
    /// <param name="plan">What is trained.</param>
    /// <param name="batch">Images a step.</param>
    /// <param name="like">The device whose memory is predicted; the CPU where none is given.</param>
    /// <exception cref="ArgumentException">The plan cannot be built.</exception>
    /// <exception cref="ShapeException">A tensor of this batch would have too many values.</exception>
    public static StepCost Predict(NetworkPlan plan, int batch, Device? like = null)
    {
        using Device dry = like?.CreateDry() ?? Device.Dry();
        dry.Memory.BeginRecording();
        var meter = new StepMeter(dry);
        using var trainer = new LocalTrainer(dry, plan, seed: 0);
        float[] ones = [.. Enumerable.Repeat(1f, NetworkSpec.ImageChannels)];
        using var buffers = new InputBuffers(dry, plan, batch, ones, ones);
        TrainingInput input = buffers.First(batch);
        meter.Follow(trainer);

        double flops = dry.Kernels.Flops;
        long calls = dry.Kernels.Calls;
        trainer.Step(input, rate: 0);
        (flops, calls) = (dry.Kernels.Flops - flops, dry.Kernels.Calls - calls);
        IReadOnlyList<BlockMemory> blocks = meter.TakeBlocks();
        long live = dry.Memory.LiveBytes;

        trainer.Step(input, rate: 0);
        long evaluationPeak = EvaluationPeak(dry, trainer, input);
        return new StepCost(blocks.Max(block => block.PeakBytes), live, flops, calls)
        {
            Blocks = blocks,
            EvaluationPeakBytes = evaluationPeak,
            Requests = dry.Memory.EndRecording(),
        };
    }

    /// <summary>The same network, trained end to end.</summary>
    public static NetworkPlan EndToEnd(NetworkPlan plan) => EndToEnd(plan, "bp");

    /// <summary>The same network, trained end to end with segments that are run again in the backward pass.</summary>
    public static NetworkPlan Checkpointing(NetworkPlan plan) => EndToEnd(plan, "checkpoint");

    private static NetworkPlan EndToEnd(NetworkPlan plan, string method) => plan with
    {
        Method = LocalMethod.Parse(method) with { Segments = plan.Method.Segments },
        Partition = Partition.For(plan.Network, 1),
    };

    // Logits, and a counter of the right ones.
    private static long EvaluationPeak(Device dry, LocalTrainer trainer, TrainingInput input)
    {
        dry.Memory.ResetPeak();
        Tensor counter = dry.Rent(new Shape(1));
        trainer.Predict(input.Images).Release();
        counter.Release();
        return dry.Memory.PeakBytes;
    }
}
