using System.Globalization;
using ManSharp.Layers.Networks;

namespace ManSharp.LocalLearning.Blocks;

/// <summary>Where a network is cut: the last unit of each block, numbered from 0 over all stages.</summary>
public sealed class Partition
{
    private const int Stem = -1;

    private readonly int units;

    private Partition(IReadOnlyList<int> ends, int units) => (Ends, this.units) = (ends, units);

    /// <summary>
    /// The last unit of each block, ascending; the last is the network's last unit. -1 for a first block that is the stem alone.
    /// </summary>
    public IReadOnlyList<int> Ends { get; }

    /// <summary>The number of blocks.</summary>
    public int Blocks => Ends.Count;

    /// <summary>Whether the stem is a block of its own.</summary>
    public bool StemBlock => Ends[0] == Stem;

    /// <summary>K as the papers count it: one more where every unit is a block and the stem belongs to the first.</summary>
    public int NamedBlocks => Blocks == units && Blocks > 1 && !StemBlock ? Blocks + 1 : Blocks;

    /// <summary>The first unit of a block.</summary>
    public int FirstUnit(int block) => block == 0 ? 0 : Ends[block - 1] + 1;

    /// <summary>Explicit ends.</summary>
    /// <param name="network">The network to cut.</param>
    /// <param name="ends">The last unit of each block, strictly ascending, the last being the network's last unit.</param>
    /// <exception cref="ArgumentException">The ends do not cut this network.</exception>
    public static Partition Of(NetworkSpec network, IReadOnlyList<int> ends)
    {
        int last = network.Units.Count - 1;
        bool ascending = ends.Count > 0 && ends[0] >= 0 && ends[^1] == last;
        for (int i = 1; i < ends.Count; i++)
            ascending &= ends[i] > ends[i - 1];
        return ascending
            ? new Partition([.. ends], last + 1)
            : throw new ArgumentException(
                $"Partition: ascending block ends from 0 to {last} were expected ({network.Name} has {network.Units.Count} units). "
                + $"Got {string.Join(",", ends)}. End the last block at {last}.");
    }

    /// <summary>
    /// The published cut of this network into this many blocks where there is one, else an even one. A count of one more
    /// than the units is accepted as the papers' name of "every unit" (their 16 is 15 blocks, their 55 is 54).
    /// </summary>
    /// <exception cref="ArgumentException">The network does not have that many units.</exception>
    public static Partition For(NetworkSpec network, int blocks) =>
        PublishedCuts.Find(network.Name, blocks) is { } ends
            ? Of(network, [.. ends.Select(end => IndexOf(network, end.Stage, end.Unit)!.Value), network.Units.Count - 1])
            : Even(network, blocks);

    /// <summary>Blocks whose numbers of units differ by at most one; counts as in <see cref="For"/>.</summary>
    /// <exception cref="ArgumentException">The network does not have that many units.</exception>
    public static Partition Even(NetworkSpec network, int blocks)
    {
        int units = network.Units.Count;
        if (blocks == units + 1)
            blocks = units;
        if (blocks < 1 || blocks > units)
            throw new ArgumentException(
                $"Blocks: 1 to {units} were expected, for {network.Name} has {units} units. Got {blocks}. "
                + $"Use --blocks {Math.Clamp(blocks, 1, units)}, or a deeper network.");
        return Of(network, [.. Enumerable.Range(1, blocks).Select(i => (int)((long)i * units / blocks) - 1)]);
    }

    /// <summary>The cut that a person wrote: the last unit of each block as stage.unit, the network's last unit understood.</summary>
    /// <param name="network">The network to cut.</param>
    /// <param name="text">Such as 1.2,2.1,3.0: stages from 1, units of a stage from 0.</param>
    /// <exception cref="ArgumentException">These are no ascending units of this network.</exception>
    public static Partition Parse(NetworkSpec network, string text)
    {
        var ends = new List<int>();
        foreach (string place in text.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] parts = place.Split('.');
            int? end = parts.Length == 2
                && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int stage)
                && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int unit)
                    ? IndexOf(network, stage, unit)
                    : null;
            if (end is null || (ends.Count > 0 && end <= ends[^1]))
                throw new ArgumentException(
                    $"Cut: ascending units of {network.Name}, with commas between, were expected: {Units(network)}. Got '{text}', "
                    + $"where '{place}' is {(end is null ? "no unit" : "not behind the one before it")}. "
                    + $"Write --cut {network.Units[(network.Units.Count - 1) / 2].Place}, for example.");
            ends.Add(end.Value);
        }
        if (ends[^1] != network.Units.Count - 1)
            ends.Add(network.Units.Count - 1);
        return Of(network, ends);
    }

    /// <summary>The same blocks with the stem before them as a block of its own.</summary>
    public Partition WithStemBlock() => StemBlock ? this : new Partition([Stem, .. Ends], units);

    // 1.0 to 1.4, 2.0 to 2.4, ...
    private static string Units(NetworkSpec network) => string.Join(", ", network.Units.GroupBy(unit => unit.Stage).Select(
        stage => stage.Count() == 1 ? stage.First().Place : $"{stage.First().Place} to {stage.Last().Place}"));

    private static int? IndexOf(NetworkSpec network, int stage, int unit)
    {
        for (int i = 0; i < network.Units.Count; i++)
            if (network.Units[i].Stage == stage && network.Units[i].Index == unit)
                return i;
        return null;
    }
}
