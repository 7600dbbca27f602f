namespace ManSharp.Tensors.Memory;

/// <summary>Where a pool gets its segments: the process, a GPU driver, or nowhere at all (the dry device).</summary>
public interface IMemorySource
{
    /// <summary>Every block begins at a multiple of this many bytes, and its length is rounded up to it.</summary>
    int AlignmentBytes { get; }

    /// <summary>All memory that there is, whoever uses it now.</summary>
    long TotalBytes { get; }

    /// <summary>What nobody uses now, where that is known.</summary>
    long? FreeBytes => null;

    /// <summary>The longest segment that there can be, however much is free.</summary>
    long LargestBytes => long.MaxValue;

    /// <summary>Allocates a segment; null when there is no memory left.</summary>
    object? Allocate(long bytes);

    /// <summary>Whether segments can be made longer where they lie.</summary>
    bool CanLengthen => false;

    /// <summary>Makes a segment longer; false where that cannot be.</summary>
    bool TryLengthen(object segment, long bytes) => false;

    /// <summary>Frees a segment.</summary>
    void Free(object segment);
}
