using ManSharp.Datasets;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;

namespace ManSharp.Cli;

/// <summary>How many images a trained network classifies right.</summary>
internal static class Accuracy
{
    // Batches whose counts come back at once. They take no more memory than one: what a prediction counts on.
    private const int CountsAtOnce = 16;

    /// <summary>Counts over every image of the loader's set; the last batch may be smaller than the others.</summary>
    internal static int CountCorrect(
        Device device, LocalTrainer trainer, InputBuffers buffers, DataLoader loader, Action betweenBatches)
    {
        Tensor counts = device.Rent(new Shape(CountsAtOnce));
        int pending = 0, correct = 0;
        foreach (Batch batch in loader.Epoch(0))
        {
            TrainingInput input = buffers.Load(batch.Pixels, batch.Labels);
            Tensor logits = trainer.Predict(input.Images);
            device.Kernels.CountCorrect(counts.Slice(pending++, new Shape(1)), logits, input.Labels);
            logits.Release();
            if (pending == CountsAtOnce)
                Collect();
            betweenBatches();
        }
        Collect();
        counts.Release();
        return correct;

        void Collect()
        {
            if (pending == 0)
                return;
            Span<float> counted = stackalloc float[pending];
            device.Kernels.Download(counted, counts);
            foreach (float count in counted)
                correct += (int)count;
            pending = 0;
        }
    }
}
