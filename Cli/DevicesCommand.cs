using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ManSharp.Cli.Parsing;
using ManSharp.LocalLearning.SelfTest;
using ManSharp.Tensors;
using Spectre.Console;

namespace ManSharp.Cli;

/// <summary>devices: lists every device, and tries each of them against the CPU engine.</summary>
internal static class DevicesCommand
{
    internal static Command Create()
    {
        var only = new Option<string?>("--device") { Description = "only this device: cuda:0, opencl:0, ..." };
        var list = new Option<bool>("--list") { Description = "list the devices without trying them" };
        var force = new Option<bool>("--force") { Description = "exit with success even where a device computes wrong numbers" };
        Option<Precision> precision = DeviceOptions.Precision();
        var json = new Option<bool>("--json") { Description = "print one line of JSON a device" };
        var command = new Command("devices", "List every device and try each of them against the CPU engine.") { only, list, precision, force, json };
        command.SetAction(result => Run(
            result.GetValue(only), result.GetValue(list),
            result.GetValue(precision), result.GetValue(force), result.GetValue(json)));
        return command;
    }

    private static int Run(string? only, bool list, Precision precision, bool force, bool json)
    {
        IReadOnlyList<GpuDescription> present = Device.ListGpus();
        if (only is not null && !present.Any(gpu => gpu.Id == only))
            Device.Parse(only).Dispose();
        if (!json)
            AnsiConsole.Console.WriteLine(Text($"cpu       {Environment.ProcessorCount} cores, the reference of every test"));
        if (present.Count == 0 && !json)
            AnsiConsole.Console.WriteLine("no CUDA or OpenCL device: no driver was found, or it shows no device");
        bool pass = true;
        foreach (GpuDescription gpu in present.Where(gpu => only is null || gpu.Id == only))
        {
            DeviceTrial? trial = list ? null : DeviceTrial.Of(gpu, precision);
            pass &= trial?.Passes ?? true;
            if (json)
                Console.Out.WriteLine(Json(gpu, trial));
            else
                Print(gpu, trial);
        }
        return pass || force ? 0 : 1;
    }

    private static void Print(GpuDescription gpu, DeviceTrial? trial)
    {
        IAnsiConsole console = AnsiConsole.Console;
        string capability = gpu.ComputeCapability.Length == 0 ? "" : $", compute capability {gpu.ComputeCapability}";
        string kind = gpu.IsProcessor ? ", a processor: never chosen by auto" : "";
        console.WriteLine(Text($"{gpu.Id,-9} {gpu.Name}, {gpu.MemoryBytes / 1e9:0.0} GB{capability}"));
        console.WriteLine(Text($"          {gpu.Driver}{kind}"));
        if (trial is null)
            return;
        foreach (SelfTestFinding finding in trial.Findings)
            console.MarkupLine(Text($"          {finding.Name,-12} ") + (finding.Error is { } error
                ? $"[red]FAIL[/] {error.EscapeMarkup()}"
                : Text($"{(finding.Passes ? "[green]pass[/]" : "[red]FAIL[/]")} deviation {finding.Deviation:0.0e+00}, allowed {finding.Allowed:0.0e+00}")));
        if (trial.Error is { } reason)
            console.MarkupLine($"          [red]FAIL[/] {reason.EscapeMarkup()}");
        else
            console.WriteLine(Text(
                $"          copy {trial.BytesPerSecond / 1e9:0.0} GB/s, gemm {trial.GemmFlops / 1e9:0.0} GFLOP/s, 3x3 convolution {trial.ConvolutionFlops / 1e9:0.0} GFLOP/s"));
        if (!trial.Passes)
            console.MarkupLine($"          [red]{gpu.Id} computes wrong numbers or none: do not train on it[/]");
    }

    private static string Json(GpuDescription gpu, DeviceTrial? trial)
    {
        var line = new Dictionary<string, object?>
        {
            ["id"] = gpu.Id, ["name"] = gpu.Name, ["memoryBytes"] = gpu.MemoryBytes, ["driver"] = gpu.Driver,
            ["computeCapability"] = gpu.ComputeCapability.Length == 0 ? null : gpu.ComputeCapability,
            ["processor"] = gpu.IsProcessor,
        };
        if (trial is not null)
        {
            line["pass"] = trial.Passes;
            line["failed"] = trial.Findings.Where(finding => !finding.Passes).Select(finding => finding.Name).ToArray();
            line["error"] = trial.Error;
            line["bytesPerSecond"] = Math.Round(trial.BytesPerSecond);
            line["gemmFlopsPerSecond"] = Math.Round(trial.GemmFlops);
            line["convolutionFlopsPerSecond"] = Math.Round(trial.ConvolutionFlops);
        }
        return JsonSerializer.Serialize(line);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>What a device did when it was tried.</summary>
    private sealed record DeviceTrial(
        IReadOnlyList<SelfTestFinding> Findings, double BytesPerSecond, double GemmFlops, double ConvolutionFlops, string? Error)
    {
        internal bool Passes => Error is null && Findings.All(finding => finding.Passes);

        internal static DeviceTrial Of(GpuDescription gpu, Precision precision)
        {
            IReadOnlyList<SelfTestFinding> findings = [];
            try
            {
                using Device device = Device.Parse(gpu.Id, precision: precision);
                findings = DeviceSelfTest.Run(device);
                return new DeviceTrial(
                    findings, DeviceSelfTest.BytesPerSecond(device), DeviceSelfTest.GemmFlopsPerSecond(device),
                    DeviceSelfTest.ConvolutionFlopsPerSecond(device), null);
            }
            catch (DeviceException error)
            {
                return new DeviceTrial(findings, 0, 0, 0, error.Message);
            }
        }
    }
}
