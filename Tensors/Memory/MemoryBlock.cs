namespace ManSharp.Tensors.Memory;

/// <summary>A stretch of a segment: rented, or a hole between rented ones. Blocks of a segment form a chain by place.</summary>
internal sealed class MemoryBlock
{
    internal MemoryBlock(MemoryPool pool) => Pool = pool;

    /// <summary>The pool that lends this block.</summary>
    internal MemoryPool Pool { get; }

    /// <summary>Where it lies.</summary>
    internal MemorySegment Home { get; set; } = null!;

    /// <summary>The device's own handle of the segment.</summary>
    internal object Segment => Home.Handle;

    /// <summary>Where in the segment the block begins.</summary>
    internal long OffsetBytes { get; set; }

    /// <summary>The rounded length.</summary>
    internal long Bytes { get; set; }

    /// <summary>Counts the returns, so that a stale view can be told from a live one.</summary>
    internal int Generation { get; set; }

    internal bool IsFree { get; set; }

    /// <summary>The number of its request, where requests are recorded.</summary>
    internal int Request { get; set; }

    /// <summary>What a rented block is booked to.</summary>
    internal int Account { get; set; }

    internal MemoryBlock? Before { get; set; }

    internal MemoryBlock? After { get; set; }
}
