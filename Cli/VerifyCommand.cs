using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ManSharp.Cli.Parsing;
using ManSharp.LocalLearning.Recorded;
using ManSharp.Tensors;
using Spectre.Console;

namespace ManSharp.Cli;

/// <summary>verify FILE: repeats a recorded training run and says how far this engine's numbers are from the recorded ones.</summary>
internal static class VerifyCommand
{
    private static readonly string[] GroupNames = ["losses", "gradients", "updates", "ema", "variances", "logits"];

    internal static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "a recorded run (.safetensors)" };
        Option<string> device = Options.Word("--device", "auto|cpu|cuda:0|opencl:0", "auto", "whose numbers are compared");
        Option<Precision> precision = DeviceOptions.Precision();
        var json = new Option<bool>("--json") { Description = "print one line of JSON" };
        var command = new Command("verify", "Repeat a training run recorded from libtorch and compare every number.") { file, device, precision, json };
        command.SetAction(result => Run(result.GetValue(file)!, result.GetValue(device)!, result.GetValue(precision), result.GetValue(json)));
        return command;
    }

    private static int Run(string path, string deviceName, Precision precision, bool json)
    {
        using Device device = Devices.OpenUntried(deviceName, threads: 0, precision);
        Verification verification = RecordedRun.Verify(path, device);
        if (json)
            Console.Out.WriteLine(Json(verification));
        else
            Print(path, verification);
        return verification.Passes ? 0 : 1;
    }

    private static string Json(Verification verification)
    {
        var line = new Dictionary<string, object?> { ["pass"] = verification.Passes };
        foreach (string name in GroupNames)
            line[name] = verification.Groups.FirstOrDefault(group => group.Name == name) is { } group && double.IsFinite(group.Relative)
                ? group.Relative
                : null;
        line["worstTensor"] = verification.Worst.Name;
        return JsonSerializer.Serialize(line);
    }

    private static void Print(string path, Verification verification)
    {
        IAnsiConsole console = AnsiConsole.Console;
        console.WriteLine($"{Path.GetFileName(path)}: {verification.Description}");
        Table losses = new Table().Border(TableBorder.Simple).AddColumns("step", "block");
        foreach (string title in new[] { "pixels", "deviation", "labels", "deviation", "weighted sum", "deviation" })
            losses.AddColumn(new TableColumn(title).RightAligned());
        foreach (LossComparison loss in verification.Losses)
            losses.AddRow(
                Text($"{loss.Step}"), Text($"{loss.Block + 1}"), Value(loss.Reconstruction.Ours), Relative(loss.Reconstruction),
                Value(loss.Label.Ours), Relative(loss.Label), Value(loss.Total.Ours), Relative(loss.Total));
        console.Write(losses);
        Table groups = new Table().Border(TableBorder.Simple).AddColumn("group");
        foreach (string title in new[] { "tensors", "deviation", "libtorch's own", "allowed" })
            groups.AddColumn(new TableColumn(title).RightAligned());
        groups.AddColumn("").AddColumn("worst tensor").AddColumn(new TableColumn("of its bound").RightAligned());
        foreach (GroupDeviation group in verification.Groups)
            groups.AddRow(
                group.Name, Text($"{group.TensorCount}"), Text($"{group.Relative:0.0e+00}"), Text($"{group.Noise / group.Recorded:0.0e+00}"),
                Text($"{Math.Max(10 * group.Noise / group.Recorded, group.Tolerance):0.0e+00}"),
                group.Passes ? "[green]pass[/]" : "[red]FAIL[/]", group.Worst.Name.EscapeMarkup(), Text($"{group.WorstShare:p1}"));
        console.Write(groups);
        console.MarkupLine(verification.Passes
            ? "[green]pass[/]: every group and every tensor is within tolerance"
            : "[red]FAIL[/]: this engine's numbers are not those of the recorded run");
    }

    private static string Value(float value) => value == 0 ? "-" : Text($"{value:0.000000}");

    private static string Relative((float Ours, float Recorded) loss) =>
        loss.Recorded == 0 && loss.Ours == 0 ? "-" : Text($"{Math.Abs((double)loss.Ours - loss.Recorded) / Math.Abs(loss.Recorded):0.0e+00}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
