using ManSharp.Datasets;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;

namespace ManSharp.Cli;

/// <summary>How many images a trained network classifies right.</summary>
internal static class Accuracy
{
    /// <summary>Counts over every image of the loader's set; the last batch may be smaller than the others.</summary>
    internal static int CountCorrect(
        Device device, LocalTrainer trainer, InputBuffers buffers, DataLoader loader, Action betweenBatches)
    {
        Tensor counter = device.Rent(new Shape(1));
        Span<float> counted = stackalloc float[1];
        int correct = 0;
        foreach (Batch batch in loader.Epoch(0))
        {
            TrainingInput input = buffers.Load(batch.Pixels, batch.Labels);
            Tensor logits = trainer.Predict(input.Images);
            device.Kernels.CountCorrect(counter, logits, input.Labels);
            device.Kernels.Download(counted, counter);
            logits.Release();
            correct += (int)counted[0];
            betweenBatches();
        }
        counter.Release();
        return correct;
    }
}
