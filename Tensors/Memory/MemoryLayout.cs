namespace ManSharp.Tensors.Memory;

/// <summary>
/// The segments in which work found place: what <see cref="MemoryPool.Reserve"/> allocates at once, so that the same
/// work finds the same places again.
/// </summary>
/// <param name="LargeFromBytes">Requests of so many bytes and more lie in the large segments.</param>
/// <param name="Small">Bytes of the segments for requests below that.</param>
/// <param name="Large">Bytes of the segments for all others.</param>
public sealed record MemoryLayout(long LargeFromBytes, IReadOnlyList<long> Small, IReadOnlyList<long> Large)
{
    /// <summary>All of them.</summary>
    public long Bytes => Small.Sum() + Large.Sum();
}
