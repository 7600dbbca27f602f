using System.Globalization;

namespace ManSharp.Cli.Parsing;

/// <summary>Amounts of memory as people write them.</summary>
internal static class MemorySize
{
    /// <summary>What <see cref="TryParse"/> understands.</summary>
    internal const string Syntax = "an amount of memory such as 4GiB, 512MiB, 1.5GB or a number of bytes";

    // Longer names first: MiB ends in B, too.
    private static readonly (string Name, long Bytes)[] units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1),
    ];

    /// <summary>
    /// A positive number, whole or with a decimal point, and behind it kB, MB, GB, TB (powers of 1000), KiB, MiB, GiB,
    /// TiB (powers of 1024), B or nothing, in capitals or not; a fraction of a byte is left out.
    /// </summary>
    internal static bool TryParse(string text, out long bytes)
    {
        string number = text.Trim();
        long unit = 1;
        foreach ((string name, long size) in units)
            if (number.EndsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                (number, unit) = (number[..^name.Length].TrimEnd(), size);
                break;
            }
        bool good = decimal.TryParse(
            number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal count)
            && count <= (decimal)long.MaxValue / unit;
        bytes = good ? (long)(count * unit) : 0;
        return bytes > 0;
    }
}
