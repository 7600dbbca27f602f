using System.Diagnostics;
using ManSharp.LocalLearning.Training;

namespace ManSharp.Cli.Training;

/// <summary>Where a run is: what displays show and what epochs are summed up from.</summary>
internal sealed class TrainingProgress(int epochs, int stepsPerEpoch, int batch, int blocks)
{
    private readonly double[] reconstruction = new double[blocks];
    private readonly double[] label = new double[blocks];
    private readonly double[] total = new double[blocks];
    private readonly Stopwatch run = Stopwatch.StartNew();
    private readonly Stopwatch training = new();
    private double trainingSecondsBefore;
    private readonly long?[] correct = new long?[blocks];

    internal int Epochs => epochs;

    internal int StepsPerEpoch => stepsPerEpoch;

    internal int Blocks => blocks;

    /// <summary>The current epoch, from 1.</summary>
    internal int Epoch { get; private set; }

    /// <summary>Steps done in the current epoch.</summary>
    internal int Step { get; private set; }

    /// <summary>Whether the epoch's test images are being classified.</summary>
    internal bool Testing { get; private set; }

    /// <summary>The rate of the last step.</summary>
    internal float Rate { get; private set; }

    /// <summary>The last finished epoch, and the one with the best test accuracy.</summary>
    internal EpochRecord? Last { get; private set; }

    internal EpochRecord? Best { get; private set; }

    /// <summary>Since the beginning, tests included.</summary>
    internal double RunSeconds => run.Elapsed.TotalSeconds;

    /// <summary>Spent in training steps, over all epochs.</summary>
    internal double TrainingSeconds => training.Elapsed.TotalSeconds;

    /// <summary>The rate of training over the current epoch so far.</summary>
    internal double ImagesPerSecond => Ratio((double)Step * batch, TrainingSeconds - trainingSecondsBefore);

    /// <summary>The rate of training over the whole run.</summary>
    internal double RunImagesPerSecond => Ratio(StepsDone * batch, TrainingSeconds);

    /// <summary>What is left at the speed so far.</summary>
    internal double SecondsLeft =>
        StepsDone == 0 ? 0 : RunSeconds / StepsDone * ((double)epochs * stepsPerEpoch - StepsDone);

    /// <summary>The share of the epoch's images that the network classified right while it trained on them.</summary>
    internal double TrainAccuracy => Accuracy(blocks - 1) ?? 0;

    /// <summary>A block's losses and its own head's accuracy, over the epoch so far.</summary>
    internal BlockMetrics Metrics(int block) => new(
        Ratio(reconstruction[block], Step), Ratio(label[block], Step), Ratio(total[block], Step), Accuracy(block));

    private double StepsDone => (Epoch - 1.0) * stepsPerEpoch + Step;

    internal void BeginEpoch(int epoch)
    {
        (Epoch, Step, Testing) = (epoch, 0, false);
        Array.Clear(reconstruction);
        Array.Clear(label);
        Array.Clear(total);
        Array.Clear(correct);
        trainingSecondsBefore = TrainingSeconds;
        training.Start();
    }

    internal void EndStep(StepReport report, float rate)
    {
        Step++;
        Rate = rate;
        for (int i = 0; i < blocks; i++)
        {
            reconstruction[i] += report.Blocks[i].Reconstruction;
            label[i] += report.Blocks[i].Label;
            total[i] += report.Blocks[i].Total;
            if (report.Blocks[i].Correct is { } count)
                correct[i] = (correct[i] ?? 0) + count;
        }
    }

    internal void BeginTest()
    {
        training.Stop();
        Testing = true;
    }

    internal EpochRecord EndEpoch(double? testAccuracy, long liveBytes, long peakBytes)
    {
        Last = new EpochRecord(
            Epoch, [.. Enumerable.Range(0, blocks).Select(Metrics)], TrainAccuracy, testAccuracy, Rate,
            TrainingSeconds - trainingSecondsBefore, ImagesPerSecond, RunSeconds, liveBytes, peakBytes);
        if (testAccuracy is not null && (Best is null || testAccuracy > Best.TestAccuracy))
            Best = Last;
        return Last;
    }

    private double? Accuracy(int block) => correct[block] is { } count ? Ratio(count, (double)Step * batch) : null;

    private static double Ratio(double a, double b) => b == 0 ? 0 : a / b;
}
