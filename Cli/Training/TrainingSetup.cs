using ManSharp.Cli.Parsing;
using ManSharp.Cli.Planning;
using ManSharp.Datasets;
using ManSharp.Layers.Networks;
using ManSharp.Layers.Training;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Planning;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;
using ManSharp.Tensors.Memory;

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
        TrainSettings settings, Device device, ImageDataset data, DataShelf? ownShelf, Candidate candidate, string? budgetNote)
    {
        this.ownShelf = ownShelf;
        Settings = settings;
        Device = device;
        Data = data;
        NetworkPlan plan = Plan = candidate.Plan;
        BudgetNote = budgetNote;
        int side = data.Train.Height;
        // The embedded shapes come at random places and angles already; photographs are mirrored, as is usual.
        Augmentation = settings.Plan.Recipe is { } recipe ? new Augmentation(recipe.CropPadding, recipe.Flip)
            : settings.Data == ShapesDataset.Name ? new Augmentation(ShapesCropPadding, Flip: false)
            : new Augmentation(Math.Min(MostCropPadding, side / 8), Flip: true);
        ClassNames = [.. data.Train.ClassNames,
            .. Enumerable.Range(0, plan.Network.Classes - data.Train.ClassNames.Count).Select(i => $"unused {i + 1}")];
        PredictedPeakBytes = candidate.Cost.PeakBytes;
        Layout = candidate.Cost.Layout;
        EndToEndPeakBytes = StepCost.Predict(StepCost.EndToEnd(plan), candidate.Batch, device).PeakBytes;
    }

    internal TrainSettings Settings { get; }

    internal Device Device { get; }

    /// <summary>"passed" or "failed" where the device has a self-test.</summary>
    internal string? SelfTest { get; private set; }

    internal ImageDataset Data { get; }

    internal NetworkPlan Plan { get; }

    /// <summary>What was chosen to stay within the budget; none without one.</summary>
    internal string? BudgetNote { get; }

    internal Augmentation Augmentation { get; }

    /// <summary>What each output means.</summary>
    internal IReadOnlyList<string> ClassNames { get; }

    /// <summary>What the run will take at its peak, and what the same network trained end to end would.</summary>
    internal long PredictedPeakBytes { get; }

    internal long EndToEndPeakBytes { get; }

    /// <summary>The memory in which the run will find place.</summary>
    internal MemoryLayout Layout { get; }

    internal ModelCard Card => new(
        Plan.Network.Name, ClassNames, Plan.ImageSize,
        Data.Normalization.Mean, Data.Normalization.Deviation);

    /// <summary>Opens what the settings speak of.</summary>
    /// <param name="settings">Checked one by one.</param>
    /// <param name="shelf">Where data sets stay open beyond this run; null for a run that closes its own.</param>
    internal static TrainingSetup Open(TrainSettings settings, DataShelf? shelf = null)
    {
        LocalMethod method = settings.Plan.LocalMethod();
        NetworkSpec anyClasses = NetworkSpec.Parse(settings.Plan.Network, classes: 2);
        _ = settings.Plan.CutOf(anyClasses).PartitionOf(anyClasses, method);
        Device device = Devices.OpenUntried(settings.Device.Name, settings.Device.Threads, settings.Device.Precision);
        DataShelf? ownShelf = shelf is null ? new DataShelf() : null;
        try
        {
            ImageDataset data = (shelf ?? ownShelf!).Open(settings);
            RequireSquare(settings.Data, data.Train);
            RequireBatch(settings, data.Train);
            NetworkPlan uncut = settings.Plan.Uncut(
                data.Train.ClassNames.Count, data.Train.Height, new SgdOptions(WeightDecay: settings.WeightDecay));
            TrainingSetup setup = settings.Budget is { } budget
                ? Within(budget, settings, device, data, ownShelf, uncut)
                : new TrainingSetup(settings, device, data, ownShelf, AsAsked(settings.Plan, uncut, device), budgetNote: null);
            setup.RequireMemory();
            setup.SelfTest = Devices.Try(device, settings.Device.Force, Console.Out);
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

    private static Candidate AsAsked(PlanSettings settings, NetworkPlan uncut, Device device)
    {
        NetworkPlan plan = settings.CutOf(uncut.Network).Apply(uncut, settings.Batch);
        return new Candidate(plan, settings.Batch, StepCost.Predict(plan, settings.Batch, device));
    }

    private static TrainingSetup Within(
        long budget, TrainSettings settings, Device device, ImageDataset data, DataShelf? ownShelf, NetworkPlan uncut)
    {
        BudgetChoice choice = BudgetChoice.Make(settings.Plan, uncut, device, budget);
        PlanSettings chosen = settings.Plan with { Batch = choice.Candidate.Batch };
        if (!chosen.BlocksChosen && !uncut.Method.EndToEnd)
            chosen = chosen with { Blocks = choice.Candidate.Blocks };
        return new TrainingSetup(settings with { Plan = chosen }, device, data, ownShelf, choice.Candidate, choice.Note);
    }

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
        long present = Device.Memory.TotalBytes;
        if (Layout.Bytes > present)
            throw new InputException(
                $"Memory: room for {Words.Bytes(Layout.Bytes)} was expected on {Device.Name}. Got {Words.Bytes(present)}. {MemoryAdvice.For(Plan, Settings.Batch, Device)}");
    }
}
