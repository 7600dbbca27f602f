using System.Globalization;
using System.Text.Json;
using ManSharp.Peers.Memory;

namespace ManSharp.Peers;

/// <summary>Prints results as aligned tables, or as one JSON object a line.</summary>
internal sealed class Report(TextWriter output, bool json)
{
    private const double Mebibyte = 1 << 20;

    internal void TimeHeader()
    {
        if (!json)
            Line("row", "ours ms", "least", "libtorch ms", "least", "ratio", "of least", "goal", "ours GF/s", "libtorch", "differ by");
    }

    internal void Time(DuelResult result)
    {
        (double ours, double torch) = (Median(result.Ours), Median(result.Torch));
        double flops = result.Row.Flops;
        if (json)
            output.WriteLine(JsonSerializer.Serialize(new Dictionary<string, object>
            {
                ["row"] = result.Row.Name,
                ["runs"] = result.Ours.Length,
                ["medianMs"] = Math.Round(ours, 4),
                ["minMs"] = Math.Round(result.Ours[0], 4),
                ["torchMedianMs"] = Math.Round(torch, 4),
                ["torchMinMs"] = Math.Round(result.Torch[0], 4),
                ["ratio"] = Math.Round(ours / torch, 3),
                ["minRatio"] = Math.Round(result.Ours[0] / result.Torch[0], 3),
                ["goal"] = result.Row.Goal,
                ["gflops"] = Math.Round(flops / ours / 1e6, 1),
                ["torchGflops"] = Math.Round(flops / torch / 1e6, 1),
                ["difference"] = result.Difference,
            }));
        else
            Line(
                result.Row.Name, Milliseconds(ours), Milliseconds(result.Ours[0]), Milliseconds(torch), Milliseconds(result.Torch[0]),
                Text(ours / torch, "0.00"), Text(result.Ours[0] / result.Torch[0], "0.00"), Text(result.Row.Goal, "0.00"),
                Rate(flops, ours), Rate(flops, torch), Text(result.Difference, "0.0e+0"));
    }

    internal void Memory(MemoryRun run)
    {
        if (json)
            output.WriteLine(JsonSerializer.Serialize(run));
        else
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.Row,-30} {run.Engine,-8} grew by {run.GrowthBytes / Mebibyte:0.0} MiB, from {run.BeforeBytes / Mebibyte:0.0} to {run.PeakBytes / Mebibyte:0.0}"));
    }

    internal void Memory(MemoryRun ours, MemoryRun torch)
    {
        double ratio = (double)ours.GrowthBytes / torch.GrowthBytes;
        if (json)
            output.WriteLine(JsonSerializer.Serialize(new { row = ours.Row, ratio = Math.Round(ratio, 3), ours, torch }));
        else
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ours.Row,-30} ours +{ours.GrowthBytes / Mebibyte:0.0} MiB (pool's peak {ours.PoolPeakBytes / Mebibyte:0.0}), libtorch +{torch.GrowthBytes / Mebibyte:0.0} MiB, ratio {ratio:0.00}"));
    }

    private static double Median(double[] ascending) => (ascending[(ascending.Length - 1) / 2] + ascending[ascending.Length / 2]) / 2;

    private static string Milliseconds(double value) => Text(value, value < 10 ? "0.000" : "0.0");

    private static string Rate(double flops, double milliseconds) => flops == 0 ? "-" : Text(flops / milliseconds / 1e6, "0.0");

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private void Line(string row, params ReadOnlySpan<string> cells)
    {
        output.Write(row.PadRight(30));
        foreach (string cell in cells)
            output.Write(cell.PadLeft(12));
        output.WriteLine();
        output.Flush();
    }
}
