using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ManSharp.Cli.Measuring;
using ManSharp.Cli.Parsing;
using ManSharp.Tensors;

namespace ManSharp.Cli;

/// <summary>bench kernels: times each kernel alone and compares it with what the processor could do.</summary>
internal static class BenchKernelsCommand
{
    private const int WarmupCalls = 3;
    private const int LeastCalls = 10;
    private const int MostCalls = 200;
    private const double TargetMs = 100;

    internal static Command Create()
    {
        var device = new DeviceOptions("where to compute");
        var filter = new Option<string>("--filter") { Description = "kernels whose names contain this", DefaultValueFactory = _ => "" };
        var json = new Option<bool>("--json") { Description = "print one line of JSON a kernel" };
        var command = new Command("kernels", "Time each kernel alone.") { filter, json };
        device.AddTo(command);
        command.SetAction(result =>
        {
            DeviceChoice choice = device.Read(result);
            bool asJson = result.GetValue(json);
            using OpenedDevice target = Devices.Open(choice, asJson ? TextWriter.Null : Console.Out);
            MachinePeak? peak = target.Device.HasDriver ? null : MachinePeak.Measure(choice.Threads);
            Run(target.Device, peak, result.GetValue(filter)!, asJson);
            return ExitCode.Fine;
        });
        return command;
    }

    private static void Run(Device device, MachinePeak? peak, string filter, bool json)
    {
        if (!json)
            PrintHead(peak);
        foreach (Func<Workbench, KernelCase> create in KernelCases.All)
        {
            using var bench = new Workbench(device);
            KernelCase kernel = create(bench);
            if (!kernel.Kernel.Contains(filter, StringComparison.OrdinalIgnoreCase))
                continue;
            double median = MedianMs(device, kernel);
            (double rate, double? share) = kernel.Flops > 0
                ? (kernel.Flops / median / 1e6, kernel.Flops / median / 1e6 / peak?.Gflops)
                : (kernel.Bytes / median / 1e6, kernel.Bytes / median / 1e6 / peak?.GigabytesPerSecond);
            if (json)
                PrintJson(kernel, median, rate, share);
            else
                PrintLine(kernel, median, rate, share);
        }
    }

    private static double MedianMs(Device device, KernelCase kernel)
    {
        for (int i = 0; i < WarmupCalls; i++)
            kernel.Run();
        var milliseconds = new List<double>();
        double total = 0;
        while (milliseconds.Count < LeastCalls || (total < TargetMs && milliseconds.Count < MostCalls))
        {
            long start = Stopwatch.GetTimestamp();
            kernel.Run();
            Wait(device, kernel.Output);
            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            total += milliseconds[^1];
        }
        milliseconds.Sort();
        return (milliseconds[(milliseconds.Count - 1) / 2] + milliseconds[milliseconds.Count / 2]) / 2;
    }

    // Reading one value back waits for whatever computes it.
    private static void Wait(Device device, Tensor output)
    {
        Span<float> one = stackalloc float[1];
        device.Kernels.Download(one, output.Reshape(new Shape(output.Length)).Slice(0, new Shape(1)));
    }

    private static void PrintHead(MachinePeak? peak)
    {
        if (peak is not null)
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
                Peak of this processor, measured: {peak.Gflops:0} GFLOP/s (fused multiply-adds in registers), {peak.GigabytesPerSecond:0.0} GB/s (triad over 192 MiB).
                Arithmetic counts as written: a Winograd convolution, which does less, can pass 100%; so can operands that stay in a cache.

                """));
        Console.Out.WriteLine($"{"kernel",-28}{"shape",-30}{"median ms",12}{"rate",10} {"",-8}{"of peak",8}");
    }

    private static void PrintLine(KernelCase kernel, double median, double rate, double? share) =>
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{kernel.Kernel,-28}{kernel.Shape,-30}{median,12:0.0000}{rate,10:0.0} {(kernel.Flops > 0 ? "GFLOP/s" : "GB/s"),-8}{share,8:0%}"));

    private static void PrintJson(KernelCase kernel, double median, double rate, double? share)
    {
        var values = new Dictionary<string, object?>
        {
            ["kernel"] = kernel.Kernel,
            ["shape"] = kernel.Shape,
            ["medianMs"] = Math.Round(median, 5),
            [kernel.Flops > 0 ? "gflops" : "gigabytesPerSecond"] = Math.Round(rate, 2),
            ["shareOfPeak"] = share is null ? null : Math.Round(share.Value, 3),
        };
        Console.Out.WriteLine(JsonSerializer.Serialize(values));
    }
}
