namespace ManSharp.Tensors.Memory;

/// <summary>
/// A stretch of a device's memory, rented from its beginning: blocks lie without gaps up to <see cref="Top"/>, rented
/// ones and holes that were; beyond it nothing is rented.
/// </summary>
/// <param name="region">The region that it belongs to.</param>
/// <param name="handle">The device's own handle.</param>
/// <param name="index">Its number among the segments of its region.</param>
internal sealed class MemorySegment(MemoryRegion region, object handle, int index)
{
    /// <summary>The region that it belongs to.</summary>
    internal MemoryRegion Region => region;

    /// <summary>The device's own handle.</summary>
    internal object Handle => handle;

    internal int Index { get; set; } = index;

    /// <summary>How long it is.</summary>
    internal long Bytes { get; set; }

    /// <summary>Where the last rented block ends.</summary>
    internal long Top { get; set; }

    /// <summary>The block that ends at <see cref="Top"/>; it is rented. Null when nothing is.</summary>
    internal MemoryBlock? Last { get; set; }
}
