using ManSharp.Datasets;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;

namespace ManSharp.Cli;

/// <summary>How many images a trained network classifies right.</summary>
internal static class Accuracy
{
    /// <summary>
    /// Counts over every image of the loader's set; the last batch may be smaller than the others. The counts are read
    /// back once, at the end.
    /// </summary>
    internal static int CountCorrect(
        Device device, LocalTrainer trainer, InputBuffers buffers, DataLoader loader, Action betweenBatches)
    {
        Tensor counters = device.Rent(new Shape(loader.BatchesPerEpoch));
        int batches = 0;
        foreach (Batch batch in loader.Epoch(0))
        {
            TrainingInput input = buffers.Load(batch.Pixels, batch.Labels);
            Tensor logits = trainer.Predict(input.Images);
            device.Kernels.CountCorrect(counters.Slice(batches++, new Shape(1)), logits, input.Labels);
            logits.Release();
            betweenBatches();
        }
        float[] counted = new float[batches];
        device.Kernels.Download(counted, counters);
        counters.Release();
        return counted.Sum(count => (int)count);
    }
}
