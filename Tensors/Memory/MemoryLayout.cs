namespace ManSharp.Tensors.Memory;

/// <summary>
/// The segments in which work found place, in bytes: what <see cref="MemoryPool.Reserve"/> allocates at once, so that
/// the same work finds the same places again.
/// </summary>
/// <param name="Small">Segments for requests below <see cref="MemoryPool.LargeRequestBytes"/>.</param>
/// <param name="Large">Segments for all others.</param>
public sealed record MemoryLayout(IReadOnlyList<long> Small, IReadOnlyList<long> Large)
{
    /// <summary>All of them.</summary>
    public long Bytes => Small.Sum() + Large.Sum();
}
