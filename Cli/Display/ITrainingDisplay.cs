using ManSharp.Cli.Training;

namespace ManSharp.Cli.Display;

/// <summary>What a person sees of a run.</summary>
internal interface ITrainingDisplay
{
    /// <summary>Before the first step: what is about to be trained, and where it goes.</summary>
    void Announce(string folder);

    /// <summary>Does an epoch's work, with the display on the screen.</summary>
    void While(Action work);

    /// <summary>After every step, and when a test begins.</summary>
    void Refresh(TrainingProgress progress);

    /// <summary>After an epoch, its test, and the writing of its files.</summary>
    void EndEpoch(EpochRecord record, TrainingProgress progress);

    /// <summary>At the end: the results, and where they lie.</summary>
    void Conclude(RunSummary summary, string folder);
}

/// <summary>Chooses the display.</summary>
internal static class TrainingDisplay
{
    /// <summary>A live one on a terminal; plain lines in files, pipes and on terminals without cursor.</summary>
    internal static ITrainingDisplay Create(TrainingSetup setup)
    {
        Spectre.Console.Capabilities terminal = Spectre.Console.AnsiConsole.Profile.Capabilities;
        return !Console.IsOutputRedirected && terminal.Ansi && terminal.Interactive
            ? new LiveDisplay(setup)
            : new PlainDisplay(setup);
    }
}
