using ManSharp.Tensors;

namespace ManSharp.Cli;

/// <summary>Numbers as a person reads them.</summary>
internal static class Words
{
    /// <summary>96.4 MB, 1.52 GB, 12 B; decimal units.</summary>
    internal static string Bytes(long bytes) => bytes switch
    {
        >= 1_000_000_000 => $"{bytes / 1e9:0.00} GB",
        >= 1_000_000 => $"{bytes / 1e6:0.0} MB",
        >= 1_000 => $"{bytes / 1e3:0.0} kB",
        _ => $"{bytes} B",
    };

    /// <summary>96.4 MB (96412345 bytes): where the difference may be small.</summary>
    internal static string ExactBytes(long bytes) => $"{Bytes(bytes)} ({bytes} bytes)";

    /// <summary>end to end, 3 blocks.</summary>
    internal static string Blocks(int blocks) => blocks == 1 ? "end to end" : $"{blocks} blocks";

    /// <summary>a, b or c.</summary>
    internal static string Or(IReadOnlyList<string> words) => words.Count == 1
        ? words[0]
        : $"{string.Join(", ", words.Take(words.Count - 1))} or {words[^1]}";

    /// <summary>0.27 M, 8.4 k.</summary>
    internal static string Count(long count) => count switch
    {
        >= 1_000_000 => $"{count / 1e6:0.00} M",
        >= 10_000 => $"{count / 1e3:0} k",
        _ => $"{count}",
    };

    /// <summary>94.25 %; a dash where there is no value.</summary>
    internal static string Percent(double? share) => share is { } value ? $"{100 * value:0.00} %" : "-";

    /// <summary>0:09, 12:34, 1:02:03; rounded to seconds.</summary>
    internal static string Duration(double seconds)
    {
        TimeSpan time = TimeSpan.FromSeconds(Math.Round(seconds));
        return time.TotalHours >= 1
            ? $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}"
            : $"{time.Minutes}:{time.Seconds:00}";
    }

    /// <summary>Four significant digits, whatever the size.</summary>
    internal static string Loss(double loss) => loss switch
    {
        >= 1e6 or <= -1e6 => $"{loss:0.00e+0}",
        >= 100 or <= -100 => $"{loss:0.0}",
        >= 10 or <= -10 => $"{loss:0.00}",
        _ => $"{loss:0.000}",
    };

    /// <summary>fp32, tf32.</summary>
    internal static string Precision(Device device) => device.Precision == Tensors.Precision.Tf32 ? "tf32" : "fp32";

    /// <summary>The first names of a list.</summary>
    internal static string Some(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(3)) + (names.Count > 3 ? ", ..." : "");

    internal static string Images(int count) => count == 1 ? "1 image" : $"{count} images";
}
