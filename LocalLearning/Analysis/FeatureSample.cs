using ManSharp.Autograd;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Analysis;

/// <summary>The pooled features of some images behind each block of a network, gathered on the host.</summary>
public sealed class FeatureSample
{
    private readonly Device device;
    private readonly LocalTrainer network;
    private readonly FeatureMatrix?[] matrices;
    private readonly int images;
    private int gathered;

    /// <summary>Room for the features of <paramref name="images"/> images.</summary>
    public FeatureSample(Device device, LocalTrainer network, int images)
    {
        (this.device, this.network, this.images) = (device, network, images);
        matrices = new FeatureMatrix?[network.Blocks.Count];
    }

    /// <summary>Whether all images have been seen.</summary>
    public bool IsComplete => gathered == images;

    /// <summary>Behind each block, [images, features].</summary>
    /// <exception cref="InvalidOperationException">Images are missing.</exception>
    public IReadOnlyList<FeatureMatrix> Matrices => IsComplete
        ? [.. matrices.Select(matrix => matrix!)]
        : throw new InvalidOperationException(
            $"FeatureSample: the features of {images} images were expected. Got {gathered}. Add more batches.");

    /// <summary>Takes the images of a batch, or as many of its first ones as are still missing.</summary>
    public void Add(TrainingInput input)
    {
        int count = Math.Min(input.Images.Shape[0], images - gathered);
        network.VisitFeatures(input.Images, (block, features) => Add(block.Index, features, count));
        gathered += count;
    }

    private void Add(int block, Tensor features, int count)
    {
        using var tape = new Tape(device, TapeMode.Evaluation);
        Tensor pooled = tape.ValueOf(tape.PoolFeatures(tape.Input(features)));
        float[] values = new float[pooled.Length];
        device.Kernels.Download(values, pooled);
        int length = values.Length / pooled.Shape[0];
        FeatureMatrix matrix = matrices[block] ??= new FeatureMatrix(images, length);
        for (int image = 0; image < count; image++)
            matrix.Set(gathered + image, values.AsSpan(image * length, length));
    }
}
