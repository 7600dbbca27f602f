using ManSharp.Datasets;
using ManSharp.Layers.Networks;
using ManSharp.Layers.Training;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Planning;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;

namespace ManSharp.Cli.Training;

/// <summary>
/// Settings that fit together, with everything opened that they speak of. What can be wrong with a run is found here,
/// cheap things first, before anything is written.
/// </summary>
internal sealed class TrainingSetup : IDisposable
{
    private const int MostCropPadding = 4;
    private const int ShapesCropPadding = 2;

    private readonly DataShelf? ownShelf;

    private TrainingSetup(
        TrainSettings settings, Device device, ImageDataset data, DataShelf? ownShelf, NetworkPlan plan)
    {
        this.ownShelf = ownShelf;
        Settings = settings;
        Device = device;
        Data = data;
        Plan = plan;
        int side = data.Train.Height;
        // The embedded shapes come at random places and angles already; photographs are mirrored, as is usual.
        Augmentation = settings.Recipe is { } recipe ? new Augmentation(recipe.CropPadding, recipe.Flip)
            : settings.Data == ShapesDataset.Name ? new Augmentation(ShapesCropPadding, Flip: false)
            : new Augmentation(Math.Min(MostCropPadding, side / 8), Flip: true);
        ClassNames = [.. data.Train.ClassNames,
            .. Enumerable.Range(0, plan.Network.Classes - data.Train.ClassNames.Count).Select(i => $"unused {i + 1}")];
        PredictedPeakBytes = StepCost.Predict(plan, settings.Batch).PeakBytes;
        EndToEndPeakBytes = StepCost.Predict(StepCost.EndToEnd(plan), settings.Batch).PeakBytes;
    }

    internal TrainSettings Settings { get; }

    internal Device Device { get; }

    internal ImageDataset Data { get; }

    internal NetworkPlan Plan { get; }

    internal Augmentation Augmentation { get; }

    /// <summary>What each output means.</summary>
    internal IReadOnlyList<string> ClassNames { get; }

    /// <summary>What the run will take at its peak, and what the same network trained end to end would.</summary>
    internal long PredictedPeakBytes { get; }

    internal long EndToEndPeakBytes { get; }

    internal ModelCard Card => new(
        Plan.Network.Name, ClassNames, Plan.ImageSize,
        Data.Normalization.Mean, Data.Normalization.Deviation);

    /// <summary>Opens what the settings speak of.</summary>
    /// <param name="settings">Checked one by one.</param>
    /// <param name="shelf">Where data sets stay open beyond this run; null for a run that closes its own.</param>
    internal static TrainingSetup Open(TrainSettings settings, DataShelf? shelf = null)
    {
        LocalMethod method = settings.LocalMethod();
        NetworkSpec anyClasses = NetworkSpec.Parse(settings.Network, classes: 2);
        Cut cut = settings.CutOf(anyClasses);
        _ = cut.PartitionOf(anyClasses, method);
        Device device = Devices.Open(settings.Device, settings.Threads);
        DataShelf? ownShelf = shelf is null ? new DataShelf() : null;
        try
        {
            ImageDataset data = (shelf ?? ownShelf!).Open(settings);
            RequireSquare(settings.Data, data.Train);
            RequireBatch(settings, data.Train);
            NetworkSpec network = NetworkSpec.Parse(settings.Network, Classes(settings, data.Train));
            network.Require(data.Train.Height);
            var setup = new TrainingSetup(settings, device, data, ownShelf, cut.Apply(new NetworkPlan
            {
                Network = network,
                Partition = Partition.For(network, 1),
                Method = method,
                ImageSize = data.Train.Height,
                Optimizer = new SgdOptions(WeightDecay: settings.WeightDecay),
            }, settings.Batch));
            setup.RequireMemory();
            return setup;
        }
        catch
        {
            ownShelf?.Dispose();
            device.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        ownShelf?.Dispose();
        Device.Dispose();
    }

    // The reference code gives STL-10 a hundred outputs.
    private static int Classes(TrainSettings settings, ImageSet images) => settings.Fidelity == Fidelity.Reference
        ? Math.Max(images.ClassNames.Count, settings.Recipe?.ReferenceClasses ?? 0)
        : images.ClassNames.Count;

    private static void RequireSquare(string spec, ImageSet images)
    {
        if (images.Height != images.Width)
            throw new InputException(
                $"{spec}: square images were expected. Got {images.Width}x{images.Height}. "
                + "Give the side to which they are scaled and cropped, "
                + $"such as --size {Math.Min(images.Width, images.Height)}.");
    }

    private static void RequireBatch(TrainSettings settings, ImageSet images)
    {
        if (images.Count < 2)
            throw new InputException(
                $"{settings.Data}: at least 2 training images were expected. Got {images.Count}. "
                + "Add images, or raise --limit.");
        if (settings.Batch > images.Count)
            throw new InputException(
                $"--batch: at most the {images.Count} training images of {settings.Data} were expected. "
                + $"Got {settings.Batch}. Use --batch {images.Count} or less.");
    }

    private void RequireMemory()
    {
        long present = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (PredictedPeakBytes > present)
            throw new InputException(
                $"Memory: a step of --batch {Settings.Batch} needs {Words.Bytes(PredictedPeakBytes)}. "
                + $"Got {Words.Bytes(present)} on this machine. "
                + $"Use a smaller --batch, or more --blocks than {Plan.Partition.Blocks}.");
    }
}
