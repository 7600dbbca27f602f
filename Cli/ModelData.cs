using ManSharp.Datasets;
using ManSharp.LocalLearning.Training;

namespace ManSharp.Cli;

/// <summary>The data set of a trained network: the one whose classes the network knows.</summary>
internal static class ModelData
{
    private const string TrainedOn = "Pass the data set that the model was trained on.";

    /// <summary>Opens the data set at the size of a model's images.</summary>
    /// <param name="card">What the model says of its data.</param>
    /// <param name="path">The model's file, for error texts.</param>
    /// <param name="spec">shapes, or a path.</param>
    /// <param name="limit">The most training images.</param>
    /// <param name="threads">That read and decode.</param>
    /// <param name="strict">Whether an unreadable image refuses the data set.</param>
    /// <exception cref="InputException">It has other classes, or no test images.</exception>
    internal static ImageDataset Open(
        ModelCard card, string path, string spec, int? limit, int threads, bool strict)
    {
        if (spec == ShapesDataset.Name && card.ImageSize != ShapesDataset.Side)
            throw new InputException(
                $"--data: images of {card.ImageSize}x{card.ImageSize}, the size of '{path}', were expected. "
                + $"Got shapes, which has {ShapesDataset.Side}x{ShapesDataset.Side}. {TrainedOn}");
        ImageDataset dataset = ImageDataset.Open(spec, new DatasetOptions
        {
            Size = card.ImageSize,
            Limit = limit,
            Strict = strict,
            Threads = threads,
        });
        string? problem = dataset.Test.Count == 0
            ? $"{spec}: test images were expected. Got none. Add a folder test/CLASS/FILE."
            : dataset.Train.ClassNames.SequenceEqual(card.ClassNames)
                ? null
                : $"{spec}: the {card.ClassNames.Count} classes of '{path}' ({Words.Some(card.ClassNames)}) "
                    + $"were expected. Got {dataset.Train.ClassNames.Count} ({Words.Some(dataset.Train.ClassNames)}). {TrainedOn}";
        if (problem is null)
            return dataset;
        dataset.Dispose();
        throw new InputException(problem);
    }
}
