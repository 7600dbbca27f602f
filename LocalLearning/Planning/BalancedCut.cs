using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;

namespace ManSharp.LocalLearning.Planning;

/// <summary>
/// Cuts a network into blocks whose greatest memory is as small as a search finds it. The memory of a block is that of its
/// step on the dry device. The least limit under which the network fits into K blocks is found by bisection; under a limit
/// each block in turn takes as many units as it can. That is the optimum where more units never take less memory, and
/// within a few percent of it where an auxiliary shrinks with its features.
/// </summary>
internal static class BalancedCut
{
    // A limit this near to the best one is good enough.
    private const double Precision = 0.01;

    /// <summary>The cut.</summary>
    /// <param name="network">What is cut.</param>
    /// <param name="like">A partition with as many blocks, and the stem in one of its own or not.</param>
    /// <param name="costs">Of the blocks that there can be.</param>
    internal static Partition Find(NetworkSpec network, Partition like, BlockCosts costs)
    {
        int units = network.Units.Count, blocks = like.Blocks - (like.StemBlock ? 1 : 0);
        if (blocks == 1 || blocks == units)
            return like;
        // No block takes more than the whole, none less than its first unit.
        long high = Enumerable.Range(0, blocks).Max(block => costs.Bytes(
            like.FirstUnit(block + (like.StemBlock ? 1 : 0)), like.Ends[block + (like.StemBlock ? 1 : 0)]));
        long low = costs.Bytes(0, 0);
        List<int> best = [.. like.StemBlock ? like.Ends.Skip(1) : like.Ends];
        while (high - low > Precision * high)
        {
            long limit = low + (high - low) / 2;
            if (Fill(costs, units, blocks, limit) is { } ends)
                (best, high) = (ends, limit);
            else
                low = limit;
        }
        Partition found = Partition.Of(network, best);
        return like.StemBlock ? found.WithStemBlock() : found;
    }

    // Null where the network does not fit. Leaves at least one unit for each block that is still to come.
    private static List<int>? Fill(BlockCosts costs, int units, int blocks, long limit)
    {
        var ends = new List<int>();
        for (int first = 0; ends.Count < blocks; first = ends[^1] + 1)
        {
            int left = blocks - ends.Count - 1;
            if (left == 0)
            {
                if (costs.Bytes(first, units - 1) > limit)
                    return null;
                ends.Add(units - 1);
                break;
            }
            // The greatest end within the limit, found by doubling steps and then halving them.
            int most = units - 1 - left, end = first - 1, step = 1;
            bool growing = true;
            while (step > 0)
            {
                bool fits = end + step <= most && costs.Bytes(first, end + step) <= limit;
                if (fits)
                    end += step;
                growing &= fits;
                step = growing ? step * 2 : step / 2;
            }
            if (end < first)
                return null;
            ends.Add(end);
        }
        return ends;
    }
}
