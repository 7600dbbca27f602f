using System.Globalization;

namespace ManSharp.Peers.Memory;

/// <summary>What Linux counts of this process: resident memory now and its peak, from /proc/self/status.</summary>
internal static class ResidentMemory
{
    /// <summary>VmRSS in bytes.</summary>
    internal static long NowBytes => Read("VmRSS:");

    /// <summary>VmHWM in bytes: the greatest VmRSS since the process began or <see cref="ResetPeak"/> was called.</summary>
    internal static long PeakBytes => Read("VmHWM:");

    /// <summary>Makes the peak what is resident now.</summary>
    internal static void ResetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");

    private static long Read(string name)
    {
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Trim(), CultureInfo.InvariantCulture);
    }
}
