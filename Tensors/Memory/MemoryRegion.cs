namespace ManSharp.Tensors.Memory;

/// <summary>
/// The segments of one class of requests. A request goes into the smallest hole that fits, of equal ones the first by
/// place; else to the top of the first segment that has room there. So places do not depend on how long the segments
/// are beyond their tops: what ran in a long one runs alike in one that ends at the highest top.
/// </summary>
/// <param name="pool">The pool that lends the blocks.</param>
internal sealed class MemoryRegion(MemoryPool pool)
{
    // Blocks without a place: made once, used again.
    private readonly Stack<MemoryBlock> spare = new();
    private readonly List<MemorySegment> segments = [];
    private readonly List<MemoryBlock> holes = [];

    /// <summary>The segments' lengths in order.</summary>
    internal IReadOnlyList<long> SegmentBytes => [.. segments.Select(segment => segment.Bytes)];

    /// <summary>The newest segment; null for none.</summary>
    internal MemorySegment? Newest => segments.Count == 0 ? null : segments[^1];

    /// <summary>A block of so many bytes; null where no segment has room.</summary>
    internal MemoryBlock? Take(long bytes)
    {
        if (SmallestHole(bytes) is { } hole)
        {
            Cut(hole, bytes);
            return hole;
        }
        foreach (MemorySegment segment in segments)
            if (segment.Bytes - segment.Top >= bytes)
                return TakeTop(segment, bytes);
        return null;
    }

    /// <summary>Adds a segment.</summary>
    internal void Add(object handle, long bytes) =>
        segments.Add(new MemorySegment(this, handle, segments.Count) { Bytes = bytes });

    /// <summary>Takes a block back.</summary>
    internal void Return(MemoryBlock block)
    {
        block.IsFree = true;
        if (block.Before is { IsFree: true } before)
        {
            holes.Remove(before);
            block.OffsetBytes = before.OffsetBytes;
            block.Bytes += before.Bytes;
            block.Before = before.Before;
            if (block.Before is not null)
                block.Before.After = block;
            Forget(before);
        }
        if (block.After is { IsFree: true } after)
        {
            holes.Remove(after);
            block.Bytes += after.Bytes;
            block.After = after.After;
            block.After!.Before = block; // A hole is never last.
            Forget(after);
        }
        if (block.After is not null)
        {
            holes.Add(block);
            return;
        }
        MemorySegment home = block.Home;
        home.Top = block.OffsetBytes;
        home.Last = block.Before;
        if (home.Last is not null)
            home.Last.After = null;
        Forget(block);
    }

    /// <summary>Takes out the segments in which nothing is rented, or all.</summary>
    internal IEnumerable<MemorySegment> Remove(bool all = false)
    {
        MemorySegment[] gone = [.. segments.Where(segment => all || segment.Last is null)];
        segments.RemoveAll(gone.Contains);
        for (int i = 0; i < segments.Count; i++)
            segments[i].Index = i;
        if (all)
            holes.Clear();
        return gone;
    }

    private MemoryBlock? SmallestHole(long bytes)
    {
        MemoryBlock? best = null;
        foreach (MemoryBlock hole in holes)
            if (hole.Bytes >= bytes && (best is null || hole.Bytes < best.Bytes
                || (hole.Bytes == best.Bytes && IsEarlier(hole, best))))
                best = hole;
        return best;
    }

    private static bool IsEarlier(MemoryBlock one, MemoryBlock other) => one.Home == other.Home
        ? one.OffsetBytes < other.OffsetBytes
        : one.Home.Index < other.Home.Index;

    // The rest stays a hole.
    private void Cut(MemoryBlock hole, long bytes)
    {
        holes.Remove(hole);
        if (hole.Bytes == bytes)
            return;
        MemoryBlock rest = Place(hole.Home, hole.OffsetBytes + bytes, hole.Bytes - bytes, hole, hole.After);
        rest.After!.Before = rest; // A hole is never last.
        rest.IsFree = true;
        hole.After = rest;
        hole.Bytes = bytes;
        holes.Add(rest);
    }

    private MemoryBlock TakeTop(MemorySegment segment, long bytes)
    {
        MemoryBlock block = Place(segment, segment.Top, bytes, segment.Last, after: null);
        if (segment.Last is not null)
            segment.Last.After = block;
        segment.Last = block;
        segment.Top += bytes;
        return block;
    }

    private MemoryBlock Place(MemorySegment home, long offsetBytes, long bytes, MemoryBlock? before, MemoryBlock? after)
    {
        MemoryBlock block = spare.TryPop(out MemoryBlock? used) ? used : new MemoryBlock(pool);
        (block.Home, block.OffsetBytes, block.Bytes, block.Before, block.After) = (home, offsetBytes, bytes, before, after);
        return block;
    }

    private void Forget(MemoryBlock block)
    {
        block.Before = block.After = null;
        spare.Push(block);
    }
}
