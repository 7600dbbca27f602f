using System.Diagnostics;
using ManSharp.Cli.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ManSharp.Cli.Display;

/// <summary>On a terminal: finished epochs scroll by above, and below them stands what is happening.</summary>
internal sealed class LiveDisplay(TrainingSetup setup) : ITrainingDisplay
{
    private const int MillisecondsBetweenFrames = 100;
    private const int BarWidth = 30;

    private readonly Stopwatch sinceFrame = Stopwatch.StartNew();
    private readonly BlockTable table = new(setup.Plan.Partition, setup.Plan.ReadsPixels);
    private LiveDisplayContext? live;

    public void Announce(string folder)
    {
        string[] title = [.. RunTexts.Title(setup)];
        AnsiConsole.MarkupLine($"[bold]{Markup.Escape(title[0])}[/]");
        foreach (string text in title.Skip(1))
            AnsiConsole.MarkupLine(Markup.Escape(text));
        foreach (string text in RunTexts.Notes(setup))
            AnsiConsole.MarkupLine($"[yellow]{Markup.Escape(text)}[/]");
        AnsiConsole.MarkupLine($"[grey]{Markup.Escape($"writing to {folder}")}[/]");
        AnsiConsole.WriteLine();
    }

    public void While(Action work) =>
        AnsiConsole.Live(new Text("")).AutoClear(true).Start(context =>
        {
            context.Refresh();
            live = context;
            try
            {
                work();
            }
            finally
            {
                live = null;
            }
        });

    public void Refresh(TrainingProgress progress)
    {
        bool first = progress is { Epoch: 1, Step: 1 };
        if (sinceFrame.ElapsedMilliseconds < MillisecondsBetweenFrames && !first && !progress.Testing)
            return;
        sinceFrame.Restart();
        live?.UpdateTarget(Frame(progress));
    }

    public void EndEpoch(EpochRecord record, TrainingProgress progress) =>
        AnsiConsole.WriteLine(EpochLines.Done(record, progress.Epochs, AnsiConsole.Profile.Width));

    public void Conclude(RunSummary summary, string folder)
    {
        Table results = new Table().Border(TableBorder.Rounded).HideHeaders()
            .AddColumn("").AddColumn(new TableColumn("").RightAligned()).AddColumn("");
        foreach ((string name, string value, string remark) in RunTexts.Results(summary))
            results.AddRow(new Text(name), new Markup($"[bold]{Markup.Escape(value)}[/]"), new Text(remark));
        AnsiConsole.Write(results);
        if (summary.SkippedImages > 0)
            AnsiConsole.MarkupLine($"[yellow]{Markup.Escape(RunTexts.Skipped(summary))}[/]");
        AnsiConsole.MarkupLine($"written to [bold]{Markup.Escape(folder)}[/]");
    }

    private Rows Frame(TrainingProgress progress)
    {
        int done = BarWidth * progress.Step / progress.StepsPerEpoch;
        char glyph = AnsiConsole.Profile.Capabilities.Unicode ? '━' : '#';
        string state = progress.Testing ? "testing" : $"step {progress.Step}/{progress.StepsPerEpoch}";
        string bar = $"epoch {progress.Epoch}/{progress.Epochs} [green]{new string(glyph, done)}[/]"
            + $"[grey]{new string(AnsiConsole.Profile.Capabilities.Unicode ? '─' : '.', BarWidth - done)}[/] "
            + $"{state}   [bold]{progress.ImagesPerSecond:0}[/] images/s   {Words.Duration(progress.SecondsLeft)} left";
        string test = progress.Last is { } last
            ? $"test {Words.Percent(last.TestAccuracy)} (epoch {last.Epoch})"
            : "test -";
        return new Rows(new List<IRenderable>
        {
            new Text(""),
            new Markup(bar),
            table.Draw(progress),
            new Text($"accuracy: train {Words.Percent(progress.TrainAccuracy)}, {test}"),
        });
    }
}
