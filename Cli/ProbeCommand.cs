using System.CommandLine;
using ManSharp.Cli.Parsing;
using ManSharp.Cli.Probing;

namespace ManSharp.Cli;

/// <summary>mansharp probe: what each block's features are worth, and how like an end-to-end run's they are.</summary>
internal static class ProbeCommand
{
    internal static Command Create()
    {
        var run = new Argument<string>("run")
        {
            HelpName = "RUN",
            Description = "a folder that mansharp train wrote",
        };
        Option<string?> reference = Options.OptionalWord("--reference", "RUN",
            "a run of the same network, trained end to end: its features are probed and compared at the same units");
        Option<string?> data = Options.OptionalWord("--data", "shapes|PATH", "the data set [default: the run's]");
        Option<int> epochs = Options.Whole("--epochs", "N", 10, 1, 10_000,
            "passes over the run's training images for the linear classifiers");
        Option<int> images = Options.Whole("--images", "N", 2000, 2, 100_000,
            "test images whose features are compared; the time grows with them");
        Option<string?> output = Options.OptionalWord("--out", "DIR",
            "where probe.json, probe.svg and cka.svg go [default: RUN/probe]");
        var device = new DeviceOptions("where to compute");
        var command = new Command(
            "probe",
            "Trains a linear classifier on each block's features, and compares them with those of a run end to end.")
        {
            run, reference, data, epochs, images, output,
        };
        device.AddTo(command);
        command.SetAction(result => Probe.Execute(new ProbeSettings(
            result.GetValue(run)!, result.GetValue(reference), result.GetValue(data), result.GetValue(epochs),
            result.GetValue(images), result.GetValue(output), device.Read(result))));
        return command;
    }
}
