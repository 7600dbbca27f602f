namespace ManSharp.Tensors.Memory;

/// <summary>
/// What was rented from a dry device's pool and returned to it, in order. From where on requests should count as large
/// depends on the work: small tensors among large ones leave holes that nothing fits, and so do large ones of several
/// sizes. So the recorded work is placed again with each of a few thresholds.
/// </summary>
/// <param name="source">The dry device's.</param>
public sealed class MemoryRecording(IMemorySource source)
{
    private static readonly long[] thresholds = [256L << 10, 16L << 10, 64L << 10, 1L << 20, 4L << 20];

    // Bytes of a request; or, of a return, -1 - the number of its request.
    private readonly List<long> events = [];
    private int requests;
    private readonly List<MemoryLayout> layouts = [];

    /// <summary>The layout that holds the least; of equal ones the first tried.</summary>
    public MemoryLayout BestLayout => Layouts().MinBy(layout => layout.Bytes)!;

    /// <summary>Whether one of the layouts holds no more than so many bytes. No more are tried than it takes.</summary>
    public bool FitsInto(long bytes) => Layouts().Any(layout => layout.Bytes <= bytes);

    /// <summary>Notes a request; its number.</summary>
    internal int Rented(long bytes)
    {
        events.Add(bytes);
        return requests++;
    }

    /// <summary>Notes that a request's memory came back.</summary>
    internal void Returned(int request) => events.Add(-1L - request);

    private IEnumerable<MemoryLayout> Layouts()
    {
        for (int i = 0; i < thresholds.Length; i++)
        {
            if (i == layouts.Count)
                layouts.Add(Replay(thresholds[i]));
            yield return layouts[i];
        }
    }

    private MemoryLayout Replay(long largeFromBytes)
    {
        using var pool = new MemoryPool(source, "dry", largeFromBytes);
        var blocks = new MemoryBlock[requests];
        int next = 0;
        foreach (long entry in events)
            if (entry >= 0)
                blocks[next++] = pool.Take(entry);
            else
                Return(blocks[-1 - entry]);
        return pool.Layout;

        static void Return(MemoryBlock block) => block.Home.Region.Return(block);
    }
}
