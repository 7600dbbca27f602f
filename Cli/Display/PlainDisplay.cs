using ManSharp.Cli.Training;

namespace ManSharp.Cli.Display;

/// <summary>Lines for files and pipes: one for every epoch, and in long epochs one for every tenth of it.</summary>
internal sealed class PlainDisplay(TrainingSetup setup) : ITrainingDisplay
{
    private const double SecondsBetweenLines = 5;

    private double lastLineSeconds;
    private int lastTenth;

    public void Announce(string folder)
    {
        foreach (string text in RunTexts.Title(setup).Concat(RunTexts.Notes(setup)))
            Console.WriteLine(text);
        Console.WriteLine($"writing to {folder}");
    }

    public void While(Action work) => work();

    public void Refresh(TrainingProgress progress)
    {
        int tenth = 10 * progress.Step / progress.StepsPerEpoch;
        if (progress.Testing || tenth == lastTenth || tenth == 10)
            return;
        lastTenth = tenth;
        if (progress.RunSeconds - lastLineSeconds < SecondsBetweenLines)
            return;
        lastLineSeconds = progress.RunSeconds;
        Console.WriteLine(EpochLines.Running(progress));
    }

    public void EndEpoch(EpochRecord record, TrainingProgress progress)
    {
        (lastTenth, lastLineSeconds) = (0, progress.RunSeconds);
        Console.WriteLine(EpochLines.Done(record, progress.Epochs));
    }

    public void Conclude(RunSummary summary, string folder)
    {
        Console.WriteLine();
        foreach ((string name, string value, string remark) in RunTexts.Results(summary))
            Console.WriteLine($"{name,-14}  {value,9}  {remark}");
        if (summary.SkippedImages > 0)
            Console.WriteLine(RunTexts.Skipped(summary));
        Console.WriteLine($"written to {folder}");
    }
}
