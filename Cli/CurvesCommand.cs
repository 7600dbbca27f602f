using System.CommandLine;
using ManSharp.Cli.Parsing;
using ManSharp.Cli.Pictures;

namespace ManSharp.Cli;

/// <summary>mansharp curves: the accuracies of runs over their epochs, as a picture.</summary>
internal static class CurvesCommand
{
    internal const string PictureName = "curves.svg";

    internal static Command Create()
    {
        var runs = new Argument<string[]>("runs")
        {
            HelpName = "RUN...",
            Description = $"folders that mansharp train wrote or is writing, up to {CurvePicture.MostRuns}",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string?> output = Options.OptionalWord("--out", "FILE",
            $"where the picture goes, in SVG [default: RUN/{PictureName}; of several runs: {PictureName}]");
        var command = new Command(
            "curves", "Draws accuracy over the epochs: of one run with its blocks' heads, of several to compare them.")
        {
            runs, output,
        };
        command.SetAction(result => Execute(result.GetValue(runs)!, result.GetValue(output)));
        return command;
    }

    private static int Execute(string[] folders, string? output)
    {
        if (folders.Length > CurvePicture.MostRuns)
            throw new InputException(
                $"run: at most {CurvePicture.MostRuns} were expected. Got {folders.Length}. Draw fewer at once.");
        RunCurve[] runs = [.. folders.Select(RunCurve.Read)];
        string path = output ?? (folders.Length == 1 ? Path.Combine(folders[0], PictureName) : PictureName);
        if (Directory.Exists(path) || !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
            throw new InputException($"--out: a file in a folder that exists was expected. Got '{path}'. Give its name.");
        CurvePicture.Write(runs, path);
        foreach (RunCurve run in runs)
        {
            var last = run.Epochs[^1];
            Console.WriteLine(
                $"{run.Folder}: {run.Network}, {run.Label}; after epoch {last.Epoch} test {Words.Percent(last.TestAccuracy)}, "
                + $"train {Words.Percent(last.TrainAccuracy)}");
        }
        Console.WriteLine($"written: {path}");
        return ExitCode.Fine;
    }
}
