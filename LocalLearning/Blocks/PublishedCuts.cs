namespace ManSharp.LocalLearning.Blocks;

/// <summary>
/// Where the papers cut their networks: the last unit of each block as (stage, unit); the last block always ends at the last
/// unit. <b>Source</b>: the papers' supplementary tables, as in docs/design.md.
/// </summary>
internal static class PublishedCuts
{
    private static readonly (int, int)[] resNet101 = [(2, 2), (3, 8), (3, 16)];

    private static readonly Dictionary<(string Network, int Blocks), (int Stage, int Unit)[]> table = new()
    {
        [("resnet32", 2)] = [(2, 1)],
        [("resnet32", 4)] = [(1, 2), (2, 1), (3, 0)],
        [("resnet32", 8)] = [(1, 0), (1, 2), (1, 4), (2, 1), (2, 3), (3, 0), (3, 2)],
        [("resnet110", 2)] = [(2, 8)],
        [("resnet110", 4)] = [(1, 11), (2, 7), (3, 3)],
        [("resnet110", 8)] = [(1, 4), (1, 11), (2, 0), (2, 7), (2, 14), (3, 3), (3, 10)],
        [("resnet110", 16)] =
            [
                (1, 1), (1, 4), (1, 7), (1, 10), (1, 13), (1, 16), (2, 1), (2, 4), (2, 7), (2, 11), (2, 15),
                (3, 1), (3, 5), (3, 9), (3, 13),
            ],
        [("resnet110", 32)] =
            [
                (1, 1), (1, 2), (1, 4), (1, 5), (1, 7), (1, 9), (1, 11), (1, 13), (1, 14), (1, 16), (1, 17),
                (2, 1), (2, 2), (2, 4), (2, 5), (2, 7), (2, 9), (2, 11), (2, 13), (2, 14), (2, 16), (2, 17),
                (3, 1), (3, 3), (3, 4), (3, 6), (3, 7), (3, 9), (3, 11), (3, 13), (3, 15),
            ],
        [("resnet101", 4)] = resNet101,
        [("resnext101", 4)] = resNet101,
        [("resnet152", 4)] = [(2, 6), (3, 13), (3, 25)],
    };

    /// <summary>The published cut of a network into a number of blocks, or null.</summary>
    internal static (int Stage, int Unit)[]? Find(string network, int blocks) => table.GetValueOrDefault((network, blocks));
}
