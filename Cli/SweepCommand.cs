using System.CommandLine;
using ManSharp.Cli.Parsing;
using ManSharp.Cli.Sweeps;

namespace ManSharp.Cli;

/// <summary>mansharp sweep: a list of configurations, one after another, and their table.</summary>
internal static class SweepCommand
{
    internal static Command Create(Interruption interruption)
    {
        var file = new Argument<string>("file")
        {
            HelpName = "FILE.json",
            Description = "{ \"defaults\": {...}, \"runs\": [{\"method\": \"bp\", \"seeds\": [1, 2]}, ...] }, "
                + "keys as train's options",
        };
        Option<string?> output = Options.OptionalWord("--out", "DIR",
            "a folder of each run and the table; runs that it holds already are not made again [default: runs/FILE]");
        Option<string?> data = Options.OptionalWord("--data", "shapes|PATH", "the data set, instead of the file's");
        Option<int> threads = Options.Whole("--threads", "T", Environment.ProcessorCount, 1, 1024,
            "worker threads; results do not depend on it");
        var command = new Command(
            "sweep", "Trains a list of configurations one after another, skips those that are done, and makes the table.")
        {
            file, output, data, threads,
        };
        command.SetAction(result => Sweep.Execute(
            result.GetValue(file)!, result.GetValue(output), result.GetValue(data), result.GetValue(threads),
            interruption));
        return command;
    }
}
