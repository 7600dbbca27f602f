using ManSharp.Layers.Networks;

namespace ManSharp.LocalLearning.Blocks;

/// <summary>Where a network is cut: the last unit of each block, numbered from 0 over all stages.</summary>
public sealed class Partition
{
    // Last unit of each block as [stage, unit]; the last block always ends at the last unit.
    // Source: the papers' supplementary tables, as in docs/design.md.
    private static readonly Dictionary<(string Network, int Blocks), (int Stage, int Unit)[]> published = new()
    {
        [("resnet32", 2)] = [(2, 1)],
        [("resnet32", 4)] = [(1, 2), (2, 1), (3, 0)],
        [("resnet32", 8)] = [(1, 0), (1, 2), (1, 4), (2, 1), (2, 3), (3, 0), (3, 2)],
        [("resnet110", 2)] = [(2, 8)],
        [("resnet110", 4)] = [(1, 11), (2, 7), (3, 3)],
        [("resnet110", 8)] = [(1, 4), (1, 11), (2, 0), (2, 7), (2, 14), (3, 3), (3, 10)],
        [("resnet110", 16)] =
            [(1, 1), (1, 4), (1, 7), (1, 10), (1, 13), (1, 16), (2, 1), (2, 4), (2, 7), (2, 11), (2, 15), (3, 1), (3, 5), (3, 9), (3, 13)],
        [("resnet110", 32)] =
            [
                (1, 1), (1, 2), (1, 4), (1, 5), (1, 7), (1, 9), (1, 11), (1, 13), (1, 14), (1, 16), (1, 17),
                (2, 1), (2, 2), (2, 4), (2, 5), (2, 7), (2, 9), (2, 11), (2, 13), (2, 14), (2, 16), (2, 17),
                (3, 1), (3, 3), (3, 4), (3, 6), (3, 7), (3, 9), (3, 11), (3, 13), (3, 15),
            ],
    };

    private Partition(IReadOnlyList<int> ends) => Ends = ends;

    /// <summary>The last unit of each block, ascending; the last is the network's last unit.</summary>
    public IReadOnlyList<int> Ends { get; }

    /// <summary>The number of blocks.</summary>
    public int Blocks => Ends.Count;

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
            ? new Partition([.. ends])
            : throw new ArgumentException(
                $"Partition: ascending block ends from 0 to {last} were expected ({network.Name} has {network.Units.Count} units). "
                + $"Got {string.Join(",", ends)}. End the last block at {last}.");
    }

    /// <summary>
    /// The published cut of this network into this many blocks where there is one, else an even one. A count of one more
    /// than the units is accepted as the papers' name of "every unit" (their 16 is 15 blocks, their 55 is 54).
    /// </summary>
    /// <exception cref="ArgumentException">The network does not have that many units.</exception>
    public static Partition For(NetworkSpec network, int blocks)
    {
        int units = network.Units.Count;
        if (blocks == units + 1)
            blocks = units;
        if (blocks < 1 || blocks > units)
            throw new ArgumentException(
                $"Blocks: 1 to {units} were expected, for {network.Name} has {units} units. Got {blocks}. "
                + $"Use --blocks {Math.Clamp(blocks, 1, units)}, or a deeper network.");
        if (published.TryGetValue((network.Name, blocks), out (int Stage, int Unit)[]? ends))
            return Of(network, [.. ends.Select(end => IndexOf(network, end.Stage, end.Unit)), units - 1]);
        return Of(network, [.. Enumerable.Range(1, blocks).Select(i => (int)((long)i * units / blocks) - 1)]);
    }

    private static int IndexOf(NetworkSpec network, int stage, int unit)
    {
        for (int i = 0; i < network.Units.Count; i++)
            if (network.Units[i].Stage == stage && network.Units[i].Index == unit)
                return i;
        throw new ArgumentException($"Partition: a unit of {network.Name} was expected. Got [{stage}, {unit}].");
    }
}
