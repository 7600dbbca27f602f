namespace ManSharp.Tensors.Memory;

/// <summary>
/// Lends blocks of a device's memory and takes them back. Segments come from the source and are cut where a request
/// fits best; neighbours that are free again grow together. All bookkeeping is here and none in the source, so the
/// dry device meters exactly what another device with the same alignment would.
/// One thread uses a pool: the one that trains.
/// </summary>
public sealed class MemoryPool : IDisposable
{
    /// <summary>How many accounts there are to book rented memory to.</summary>
    public const int Accounts = 4;

    private const long SegmentBytes = 32L << 20;

    private readonly IMemorySource source;
    private readonly string deviceName;
    private readonly List<MemoryBlock> free = [];
    private readonly List<MemoryBlock> segments = [];
    private readonly Stack<MemoryBlock> spare = new();
    private readonly long[] live = new long[Accounts], atPeak = new long[Accounts];
    private int account;

    internal MemoryPool(IMemorySource source, string deviceName)
    {
        this.source = source;
        this.deviceName = deviceName;
    }

    /// <summary>Bytes in rented blocks now, each rounded up to the alignment.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>The greatest <see cref="LiveBytes"/> since the pool was made or <see cref="ResetPeak"/> was called.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>All memory of the device, whoever uses it now.</summary>
    public long TotalBytes => source.TotalBytes;

    /// <summary>Bytes held from the source: rented, free and lost between.</summary>
    public long ReservedBytes { get; private set; }

    /// <summary>How often the source was asked for a segment; constant once training is in its steady state.</summary>
    public int Growths { get; private set; }

    /// <summary>
    /// The most bytes that may be live; a request beyond it is refused. Before the pool holds more than this from its
    /// source it gives back what nobody rents; gaps between blocks of unequal sizes can still make it hold more.
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
        if (LiveBytes + bytes > BudgetBytes)
            throw DeviceException.OutOfMemory(
                $"Memory: {deviceName} may hold {BudgetBytes} bytes. Got a request for {bytes} bytes while "
                + $"{LiveBytes} are live. Use a smaller batch, more blocks, or a greater budget.");
        MemoryBlock block = FindBest(bytes) ?? Grow(bytes);
        Cut(block, bytes);
        block.IsFree = false;
        block.Account = booked;
        live[booked] += bytes;
        LiveBytes += bytes;
        if (LiveBytes > PeakBytes)
            MarkPeak();
        return new Tensor(block, 0, shape);
    }

    private void MarkPeak()
    {
        PeakBytes = LiveBytes;
        live.CopyTo(atPeak, 0);
    }

    internal void Return(MemoryBlock block)
    {
        block.Generation++;
        block.IsFree = true;
        LiveBytes -= block.Bytes;
        live[block.Account] -= block.Bytes;
        if (block.After is { IsFree: true } after)
        {
            free.Remove(after);
            Join(block, after);
        }
        if (block.Before is { IsFree: true } before)
            Join(before, block);
        else
            free.Add(block);
    }

    /// <summary>Gives every segment back to the source. Blocks that are still rented are lost with them.</summary>
    public void Dispose()
    {
        foreach (MemoryBlock first in segments)
            source.Free(first.Segment);
        segments.Clear();
        free.Clear();
        ReservedBytes = 0;
    }

    private long Round(long bytes) => (bytes + source.AlignmentBytes - 1) / source.AlignmentBytes * source.AlignmentBytes;

    // Best fit: the smallest free block that is large enough; among equals the one returned first.
    private MemoryBlock? FindBest(long bytes)
    {
        int best = -1;
        for (int i = 0; i < free.Count; i++)
            if (free[i].Bytes >= bytes && (best < 0 || free[i].Bytes < free[best].Bytes))
                best = i;
        if (best < 0)
            return null;
        MemoryBlock block = free[best];
        free.RemoveAt(best);
        return block;
    }

    private MemoryBlock Grow(long bytes)
    {
        if (bytes > BudgetBytes - ReservedBytes)
            Trim();
        long size = Math.Max(bytes, Math.Min(SegmentBytes, BudgetBytes - ReservedBytes));
        if (source.Allocate(size) is not { } segment)
        {
            Trim();
            size = bytes;
            segment = source.Allocate(size) ?? throw OutOfMemory(bytes);
        }
        MemoryBlock block = NewBlock(segment, 0, size);
        segments.Add(block);
        ReservedBytes += size;
        Growths++;
        return block;
    }

    private DeviceException OutOfMemory(long bytes)
    {
        string free = source.FreeBytes is { } known ? $" and {known} free" : "";
        string largest = bytes > source.LargestBytes ? $", {source.LargestBytes} at once" : "";
        return DeviceException.OutOfMemory(
            $"Memory: room for {bytes} bytes was expected on {deviceName}, which has {source.TotalBytes} in all"
            + $"{largest}. Got none, with {LiveBytes} bytes live, {ReservedBytes} held by the pool{free}. "
            + "Use a smaller batch or more blocks.");
    }

    /// <summary>Gives back to the source every segment in which nothing is rented.</summary>
    public void Trim()
    {
        for (int i = segments.Count - 1; i >= 0; i--)
        {
            MemoryBlock first = segments[i];
            if (!first.IsFree || first.After is not null)
                continue;
            free.Remove(first);
            segments.RemoveAt(i);
            source.Free(first.Segment);
            ReservedBytes -= first.Bytes;
        }
    }

    private void Cut(MemoryBlock block, long bytes)
    {
        if (block.Bytes == bytes)
            return;
        MemoryBlock rest = NewBlock(block.Segment, block.OffsetBytes + bytes, block.Bytes - bytes);
        rest.IsFree = true;
        rest.Before = block;
        rest.After = block.After;
        if (rest.After is not null)
            rest.After.Before = rest;
        block.After = rest;
        block.Bytes = bytes;
        free.Add(rest);
    }

    private void Join(MemoryBlock block, MemoryBlock after)
    {
        block.Bytes += after.Bytes;
        block.After = after.After;
        if (block.After is not null)
            block.After.Before = block;
        after.Before = after.After = null;
        spare.Push(after);
    }

    private MemoryBlock NewBlock(object segment, long offsetBytes, long bytes)
    {
        MemoryBlock block = spare.TryPop(out MemoryBlock? used) ? used : new MemoryBlock(this);
        block.Segment = segment;
        block.OffsetBytes = offsetBytes;
        block.Bytes = bytes;
        return block;
    }
}
