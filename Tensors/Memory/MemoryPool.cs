namespace ManSharp.Tensors.Memory;

/// <summary>
/// Lends blocks of a device's memory and takes them back. Segments come from the source and are cut where a request
/// fits best; neighbours that are free again grow together. Small requests have segments of their own: among large
/// ones they would leave holes that nothing fits. All bookkeeping is here and none in the source, so the dry device
/// meters exactly what another device with the same alignment would.
/// One thread uses a pool: the one that trains.
/// </summary>
public sealed class MemoryPool : IDisposable
{
    /// <summary>How many accounts there are to book rented memory to.</summary>
    public const int Accounts = 4;

    /// <summary>Requests of so many bytes and more lie in other segments than those below, unless a layout says so.</summary>
    public const long LargeRequestBytes = 256L << 10;

    private const long SmallSegmentBytes = 4L << 20;
    private const long LargeSegmentBytes = 32L << 20;

    private readonly IMemorySource source;
    private readonly string deviceName;
    private readonly MemoryRegion small, large;
    private readonly long[] live = new long[Accounts], atPeak = new long[Accounts];
    private long largeFromBytes;
    private MemoryRecording? recording;
    private int account;

    internal MemoryPool(IMemorySource source, string deviceName, long largeFromBytes = LargeRequestBytes)
    {
        this.largeFromBytes = largeFromBytes;
        this.source = source;
        this.deviceName = deviceName;
        small = new MemoryRegion(this);
        large = new MemoryRegion(this);
    }

    /// <summary>Bytes in rented blocks now, each rounded up to the alignment.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>The greatest <see cref="LiveBytes"/> since the pool was made or <see cref="ResetPeak"/> was called.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>All memory of the device, whoever uses it now.</summary>
    public long TotalBytes => source.TotalBytes;

    /// <summary>Bytes held from the source: rented, free and lost between.</summary>
    public long ReservedBytes { get; private set; }

    /// <summary>How often the source gave memory; constant once training is in its steady state.</summary>
    public int Growths { get; private set; }

    /// <summary>
    /// The most bytes that the pool may hold from its source. Before it would hold more it gives back what nobody rents;
    /// if that does not suffice, a request is refused.
    /// </summary>
    public long BudgetBytes { get; set; } = long.MaxValue;

    /// <summary>
    /// What memory that is rented from now on is booked to, from 0 to <see cref="Accounts"/> - 1; 0 is also what
    /// <see cref="RentScratch"/> books to. Whoever wants to know what a peak consists of sets it.
    /// </summary>
    public int Account
    {
        get => account;
        set => account = value is >= 0 and < Accounts
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"Accounts go from 0 to {Accounts - 1}.");
    }

    /// <summary>The bytes of an account at the moment of <see cref="PeakBytes"/>, which is their sum.</summary>
    public long PeakBytesOf(int booked) => atPeak[booked];

    /// <summary>The bytes that a tensor of a shape takes: its own, rounded up to the alignment.</summary>
    public long BytesOf(Shape shape) => Round(shape.Bytes);

    /// <summary>
    /// What may be live at most: what the pool holds and what nobody uses, where the device's driver says so; else all.
    /// </summary>
    public long RoomBytes => Math.Min(
        BudgetBytes, source.FreeBytes is { } free ? ReservedBytes + free : source.TotalBytes);

    /// <summary>Begins a new measurement of the peak at what is live now.</summary>
    public void ResetPeak() => MarkPeak();

    /// <summary>Rents memory for a tensor. Its values are undefined until they are written.</summary>
    /// <exception cref="DeviceException">The budget or the device's memory does not suffice.</exception>
    public Tensor Rent(Shape shape) => Rent(shape, account);

    /// <summary>Rents memory that one kernel works with, whatever it is called for.</summary>
    /// <exception cref="DeviceException">The budget or the device's memory does not suffice.</exception>
    public Tensor RentScratch(Shape shape) => Rent(shape, 0);

    private Tensor Rent(Shape shape, int booked)
    {
        long bytes = Round(shape.Bytes);
        MemoryBlock block = Take(bytes);
        block.Account = booked;
        block.Request = recording?.Rented(bytes) ?? 0;
        live[booked] += bytes;
        LiveBytes += bytes;
        if (LiveBytes > PeakBytes)
            MarkPeak();
        return new Tensor(block, 0, shape);
    }

    /// <summary>A block of so many bytes, which nothing meters.</summary>
    internal MemoryBlock Take(long bytes)
    {
        MemoryRegion region = RegionOf(bytes);
        MemoryBlock? block = region.Take(bytes);
        if (block is null)
        {
            Grow(region, bytes);
            block = region.Take(bytes)!;
        }
        block.IsFree = false;
        return block;
    }

    private void MarkPeak()
    {
        PeakBytes = LiveBytes;
        live.CopyTo(atPeak, 0);
    }

    internal void Return(MemoryBlock block)
    {
        block.Generation++;
        LiveBytes -= block.Bytes;
        live[block.Account] -= block.Bytes;
        recording?.Returned(block.Request);
        block.Home.Region.Return(block);
    }

    /// <summary>The segments that the pool has now. On a dry device they are as long as they were ever filled.</summary>
    public MemoryLayout Layout => new(largeFromBytes, small.SegmentBytes, large.SegmentBytes);

    /// <summary>Begins to record what is rented and returned. Nothing may be rented, or its return would be lost.</summary>
    /// <exception cref="InvalidOperationException">Something is.</exception>
    public void BeginRecording()
    {
        if (LiveBytes > 0)
            throw new InvalidOperationException(
                $"Memory: nothing rented was expected when a recording begins. Got {LiveBytes} bytes. Begin it first.");
        recording = new MemoryRecording(source);
    }

    /// <summary>What was recorded.</summary>
    /// <exception cref="InvalidOperationException">No recording was begun.</exception>
    public MemoryRecording EndRecording()
    {
        MemoryRecording ended = recording ?? throw new InvalidOperationException("Memory: BeginRecording was expected first.");
        recording = null;
        return ended;
    }

    /// <summary>
    /// Allocates segments for work that is still to come, after giving back those in which nothing is rented. The
    /// layout is that of the same work on the dry device: it then finds the same places, and the pool never grows.
    /// </summary>
    /// <returns>Whether the memory was there. If not, the pool grows when it must, as ever.</returns>
    public bool Reserve(MemoryLayout layout)
    {
        Trim();
        if (layout.Bytes > BudgetBytes - ReservedBytes)
            return false;
        if (layout.Small.All(bytes => TryAdd(small, bytes)) && layout.Large.All(bytes => TryAdd(large, bytes)))
        {
            largeFromBytes = layout.LargeFromBytes;
            return true;
        }
        Trim();
        return false;
    }

    /// <summary>Gives back to the source every segment in which nothing is rented.</summary>
    public void Trim() => Remove(all: false);

    /// <summary>Gives every segment back to the source. Blocks that are still rented are lost with them.</summary>
    public void Dispose() => Remove(all: true);

    private void Remove(bool all)
    {
        foreach (MemoryRegion region in (MemoryRegion[])[small, large])
            foreach (MemorySegment segment in region.Remove(all))
            {
                source.Free(segment.Handle);
                ReservedBytes -= segment.Bytes;
            }
    }

    private long Round(long bytes) => (bytes + source.AlignmentBytes - 1) / source.AlignmentBytes * source.AlignmentBytes;

    private MemoryRegion RegionOf(long bytes) => bytes < largeFromBytes ? small : large;

    // Where segments can be lengthened, by what is missing; else by a new segment, longer than asked for if that may be.
    private void Grow(MemoryRegion region, long bytes)
    {
        if (region.Newest is { } newest)
        {
            long missing = newest.Top + bytes - newest.Bytes;
            if (missing <= BudgetBytes - ReservedBytes && source.TryLengthen(newest.Handle, newest.Bytes + missing))
            {
                newest.Bytes += missing;
                Count(missing);
                return;
            }
        }
        if (bytes > BudgetBytes - ReservedBytes)
            Trim();
        if (bytes > BudgetBytes - ReservedBytes)
            throw OverBudget(bytes);
        long usual = source.CanLengthen ? 0 : region == small ? SmallSegmentBytes : LargeSegmentBytes;
        if (TryAdd(region, Math.Max(bytes, Math.Min(usual, BudgetBytes - ReservedBytes))))
            return;
        Trim();
        if (!TryAdd(region, bytes))
            throw OutOfMemory(bytes);
    }

    private bool TryAdd(MemoryRegion region, long bytes)
    {
        if (source.Allocate(bytes) is not { } segment)
            return false;
        region.Add(segment, bytes);
        Count(bytes);
        return true;
    }

    private void Count(long bytes)
    {
        ReservedBytes += bytes;
        Growths++;
    }

    private DeviceException OverBudget(long bytes) => DeviceException.OutOfMemory(
        $"Memory: {deviceName} may hold {BudgetBytes} bytes. Got a request for {bytes} bytes while {LiveBytes} are "
        + $"live and {ReservedBytes} held. Use a smaller batch, more blocks, or a greater budget.");

    private DeviceException OutOfMemory(long bytes)
    {
        string free = source.FreeBytes is { } known ? $" and {known} free" : "";
        string largest = bytes > source.LargestBytes ? $", {source.LargestBytes} at once" : "";
        return DeviceException.OutOfMemory(
            $"Memory: room for {bytes} bytes was expected on {deviceName}, which has {source.TotalBytes} in all"
            + $"{largest}. Got none, with {LiveBytes} bytes live, {ReservedBytes} held by the pool{free}. "
            + "Use a smaller batch or more blocks.");
    }
}
