using ManSharp.Cli.Display;
using ManSharp.Datasets;
using ManSharp.Layers.Training;
using ManSharp.LocalLearning.Training;

namespace ManSharp.Cli.Training;

/// <summary>mansharp train, from checked settings to the written folder.</summary>
internal sealed class TrainingRun : IDisposable
{
    private const int SkippedNamed = 10;

    // Steps whose losses a GPU may owe: enough for it never to stand still, few enough for losses to be fresh.
    private const int StepsAhead = 2;

    private readonly TrainingSetup setup;
    private readonly Interruption interruption;
    private readonly ITrainingDisplay display;
    private readonly LocalTrainer trainer;
    private readonly InputBuffers buffers;
    private readonly DataLoader train;
    private readonly DataLoader? test;
    private readonly CosineSchedule schedule;
    private readonly TrainingProgress progress;
    private readonly bool keepsDiverged;
    private long peakBytes;

    private TrainingRun(
        TrainingSetup setup, Interruption interruption, ITrainingDisplay display, bool keepsDiverged)
    {
        (this.setup, this.interruption, this.display) = (setup, interruption, display);
        this.keepsDiverged = keepsDiverged;
        (TrainSettings settings, ImageDataset data) = (setup.Settings, setup.Data);
        setup.Device.Memory.BudgetBytes = settings.Budget ?? long.MaxValue;
        setup.Device.Memory.Reserve(setup.Layout);
        trainer = new LocalTrainer(setup.Device, setup.Plan, settings.Seed);
        buffers = new InputBuffers(
            setup.Device, setup.Plan, settings.Batch, data.Normalization.Mean, data.Normalization.Deviation);
        int loaders = settings.Device.Loaders;
        train = new DataLoader(
            data.Train, settings.Batch, setup.Augmentation, settings.Seed, shuffle: true, dropLast: true, loaders);
        if (data.Test.Count > 0)
            test = new DataLoader(
                data.Test, settings.Batch, Augmentation.None, settings.Seed, shuffle: false, dropLast: false, loaders);
        schedule = new CosineSchedule(settings.LearningRate, settings.Epochs, train.BatchesPerEpoch);
        progress = new TrainingProgress(
            settings.Epochs, train.BatchesPerEpoch, settings.Batch, setup.Plan.Partition.Blocks);
    }

    /// <summary>Checks, trains, writes, and tells what came out.</summary>
    /// <param name="settings">What to train, and where to write it.</param>
    /// <param name="interruption">Asked at every step.</param>
    /// <param name="shelf">Where the data set stays open for the next run; null for a run by itself.</param>
    /// <param name="keepsDiverged">Whether the folder stays, as a record, where the first epoch diverges.</param>
    internal static int Execute(
        TrainSettings settings, Interruption interruption, DataShelf? shelf = null, bool keepsDiverged = false)
    {
        RunFolder.Check(settings.Out);
        using TrainingSetup setup = TrainingSetup.Open(settings, shelf);
        return MemoryAdvice.Around(
            setup.Plan, setup.Settings.Batch, setup.Device, () => Execute(setup, interruption, keepsDiverged));
    }

    private static int Execute(TrainingSetup setup, Interruption interruption, bool keepsDiverged)
    {
        ITrainingDisplay display = TrainingDisplay.Create(setup);
        using var run = new TrainingRun(setup, interruption, display, keepsDiverged);
        TrainSettings settings = setup.Settings;
        using RunFolder folder = RunFolder.Create(settings.Out, $"{setup.Plan.Network.Name}-{settings.Plan.Method}");
        display.Announce(folder.Path);
        interruption.Listen();
        return run.TrainInto(folder);
    }

    public void Dispose()
    {
        test?.Dispose();
        train.Dispose();
        buffers.Dispose();
        trainer.Dispose();
    }

    private int TrainInto(RunFolder folder)
    {
        try
        {
            folder.WriteConfiguration(RunConfiguration.Describe(setup));
            Train(folder);
        }
        catch (FailedException exception) when (keepsDiverged || progress.Last is not null)
        {
            Conclude(folder, RunSummary.Diverged, exception.Message);
            throw;
        }
        catch (OperationCanceledException) when (progress.Last is null)
        {
            folder.Discard();
            throw new OperationCanceledException("Stopped before the first epoch ended: nothing was kept.");
        }
        catch when (progress.Last is null)
        {
            folder.Discard();
            throw;
        }
        catch (OperationCanceledException)
        {
            string message =
                $"Stopped in epoch {progress.Epoch}: the files are complete up to epoch {progress.Last!.Epoch}.";
            Conclude(folder, RunSummary.Interrupted, message);
            throw new OperationCanceledException(message);
        }
        Conclude(folder, RunSummary.Completed, message: null);
        return ExitCode.Fine;
    }

    private void Train(RunFolder folder)
    {
        for (int epoch = 0; epoch < setup.Settings.Epochs; epoch++)
        {
            progress.BeginEpoch(epoch + 1);
            display.While(() =>
            {
                TrainEpoch(epoch);
                TestEpoch(folder);
            });
            display.EndEpoch(progress.Last!, progress);
        }
    }

    private void TrainEpoch(int epoch)
    {
        setup.Device.Memory.ResetPeak();
        foreach (Batch batch in train.Epoch(epoch))
        {
            interruption.ThrowIfRequested();
            trainer.Step(buffers.Load(batch.Pixels, batch.Labels), schedule.RateAt((long)trainer.StepsDone));
            trainer.BeginReport();
            TakeReports(mostLeft: StepsAhead);
        }
        TakeReports(mostLeft: 0);
    }

    /// <summary>The losses that are here, and those that were waited for long enough.</summary>
    private void TakeReports(int mostLeft)
    {
        while (trainer.TakeReport(wait: trainer.PendingReports > mostLeft) is { } report)
        {
            RequireFinite(report);
            progress.EndStep(report, schedule.RateAt((long)report.Step - 1));
            display.Refresh(progress);
        }
    }

    private void TestEpoch(RunFolder folder)
    {
        long peak = setup.Device.Memory.PeakBytes;
        peakBytes = Math.Max(peakBytes, peak);
        progress.BeginTest();
        display.Refresh(progress);
        EpochRecord record = progress.EndEpoch(TestAccuracy(), setup.Device.Memory.LiveBytes, peak);
        folder.Append(record);
        ModelExport.Write(folder.Model, setup.Device, trainer, setup.Card);
    }

    private double? TestAccuracy()
    {
        if (test is null)
            return null;
        int correct = Accuracy.CountCorrect(setup.Device, trainer, buffers, test, interruption.ThrowIfRequested);
        return (double)correct / setup.Data.Test.Count;
    }

    private void RequireFinite(StepReport report)
    {
        for (int block = 0; block < report.Blocks.Count; block++)
            if (!float.IsFinite(report.Blocks[block].Total))
                throw new FailedException(
                    $"Training diverged: the loss of block {block + 1} of {report.Blocks.Count} is "
                    + $"{report.Blocks[block].Total} in epoch {progress.Epoch}, step {progress.Step + 1}. "
                    + $"Use a lower --lr than {setup.Settings.LearningRate}, or smaller --weights.");
    }

    private void Conclude(RunFolder folder, string status, string? message)
    {
        if (progress.Last is null)
            peakBytes = setup.Device.Memory.PeakBytes;
        RunSummary summary = Summarize(status, message);
        folder.Write(RunFolder.SummaryName, summary);
        display.Conclude(summary, folder.Path);
    }

    private RunSummary Summarize(string status, string? message) => new()
    {
        Status = status,
        Message = message,
        EpochsDone = progress.Last?.Epoch ?? 0,
        TestAccuracy = progress.Last?.TestAccuracy,
        BestTestAccuracy = progress.Best?.TestAccuracy,
        BestEpoch = progress.Best?.Epoch,
        TrainAccuracy = progress.Last?.TrainAccuracy ?? progress.TrainAccuracy,
        Seconds = progress.RunSeconds,
        ImagesPerSecond = progress.RunImagesPerSecond,
        NetworkParameters = trainer.Blocks.Sum(block => block.NetworkParameterCount),
        AllParameters = trainer.Blocks.Sum(block => block.Parameters.Declaration.ParameterCount),
        PeakBytes = peakBytes,
        PredictedPeakBytes = setup.PredictedPeakBytes,
        HeldBytes = setup.Device.Memory.ReservedBytes,
        BudgetBytes = setup.Settings.Budget,
        EndToEndPeakBytes = setup.EndToEndPeakBytes,
        MemorySaved = 1 - (double)peakBytes / setup.EndToEndPeakBytes,
        SkippedImages = setup.Data.Skipped.Count,
        SkippedExamples =
            [.. setup.Data.Skipped.Take(SkippedNamed).Select(image => new SkippedDocument(image.File, image.Reason))],
    };
}
