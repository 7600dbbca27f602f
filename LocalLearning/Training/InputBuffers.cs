using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.Tensors;
using ManSharp.Tensors.Memory;

namespace ManSharp.LocalLearning.Training;

/// <summary>
/// A batch's place on the device. Pixels and labels go up; images[n, c] = (pixels[n, c] - mean[c]) / deviation[c] is
/// computed there. Where no decoder reads the pixels, they are normalized in place and take no memory of their own.
/// A batch goes up while the device still works on the one before: two pieces of host memory take turns.
/// </summary>
public sealed class InputBuffers : IDisposable
{
    private const int BatchesAhead = 2;

    private readonly Device device;
    private readonly Tensor pixels, images, labels, scale, shift;
    private readonly Shape imageShape;
    private readonly bool normalizesApart;
    private readonly StagingBuffer[] hostPixels, hostLabels;
    private int turn;

    /// <summary>Memory for the batches of a plan.</summary>
    /// <param name="device">Where the trainer works.</param>
    /// <param name="plan">What is trained.</param>
    /// <param name="batch">The most images of a batch.</param>
    /// <param name="mean">[C] in 0..1.</param>
    /// <param name="deviation">[C] in 0..1, positive.</param>
    public InputBuffers(
        Device device, NetworkPlan plan, int batch, IReadOnlyList<float> mean, IReadOnlyList<float> deviation)
    {
        this.device = device;
        imageShape = new Shape(batch, plan.ImageSize, plan.ImageSize, mean.Count);
        normalizesApart = plan.ReadsPixels;
        pixels = device.Rent(imageShape);
        images = normalizesApart ? device.Rent(imageShape) : pixels;
        labels = device.Rent(new Shape(batch));
        scale = device.Rent(new Shape(mean.Count));
        shift = device.Rent(new Shape(mean.Count));
        device.Kernels.Upload(scale, [.. deviation.Select(d => 1 / d)]);
        device.Kernels.Upload(shift, [.. mean.Zip(deviation, (m, d) => -m / d)]);
        hostPixels = [.. Enumerable.Range(0, BatchesAhead).Select(_ => device.CreateStaging(imageShape.Length))];
        hostLabels = [.. Enumerable.Range(0, BatchesAhead).Select(_ => device.CreateStaging(batch))];
    }

    /// <summary>
    /// Brings a batch to the device; it stays valid until the next call. On a GPU the copy takes its turn behind the
    /// kernels that were called before, and the host does not wait for it, nor for them.
    /// </summary>
    /// <param name="batchPixels">[N, H, W, C] in 0..1, N at most the batch that there is memory for.</param>
    /// <param name="batchLabels">[N] class indices.</param>
    public TrainingInput Load(ReadOnlySpan<float> batchPixels, ReadOnlySpan<float> batchLabels)
    {
        TrainingInput input = First(batchLabels.Length);
        hostPixels[turn].Upload(input.Pixels, batchPixels);
        hostLabels[turn].Upload(input.Labels, batchLabels);
        turn = (turn + 1) % BatchesAhead;
        device.Kernels.Affine(input.Images, input.Pixels, scale, shift);
        return input;
    }

    /// <summary>The places of the first <paramref name="count"/> images, whatever lies there.</summary>
    internal TrainingInput First(int count)
    {
        var shape = new Shape(count, imageShape[1], imageShape[2], imageShape[3]);
        return new TrainingInput(images.Slice(0, shape), pixels.Slice(0, shape), labels.Slice(0, new Shape(count)));
    }

    /// <summary>Returns the memory.</summary>
    public void Dispose()
    {
        foreach (StagingBuffer host in hostPixels.Concat(hostLabels))
            host.Dispose();
        pixels.Release();
        if (normalizesApart)
            images.Release();
        labels.Release();
        scale.Release();
        shift.Release();
    }
}
