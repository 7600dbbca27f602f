using ManSharp.Tensors;
using ManSharp.Tensors.Memory;
using Xunit;

namespace ManSharp.Tests.Pure;

/// <summary>Budgets and accounts of the pool, over a source that has little.</summary>
public sealed class MemoryBudgetTests
{
    private const int Unit = 64;
    private const long Segment = 32L << 20;

    [Fact]
    public void A_peak_consists_of_what_was_live_at_its_moment()
    {
        using Device device = Device.Dry();
        MemoryPool pool = device.Memory;
        pool.Account = 2;
        Tensor first = device.Rent(Units(3));
        pool.Account = 3;
        Tensor second = device.Rent(Units(5));
        Tensor scratch = pool.RentScratch(Units(2));
        Assert.Equal([2, 0, 3, 5], Peak(pool));
        scratch.Release();
        first.Release();
        device.Rent(Units(1));
        // Below the peak: what it consisted of stays.
        Assert.Equal([2, 0, 3, 5], Peak(pool));
        Assert.Equal(10 * Unit, pool.PeakBytes);
        pool.ResetPeak();
        Assert.Equal([0, 0, 0, 6], Peak(pool));
        pool.Account = 0;
        device.Rent(Units(1));
        second.Release();
        Assert.Equal([1, 0, 0, 6], Peak(pool));
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Account = MemoryPool.Accounts);
    }

    [Fact]
    public void A_tensor_takes_its_bytes_rounded_up()
    {
        using Device device = Device.Dry(), gpu = Device.Dry("cuda");
        Assert.Equal(128, device.Memory.BytesOf(new Shape(17)));
        Assert.Equal(256, gpu.Memory.BytesOf(new Shape(17)));
    }

    [Fact]
    public void A_small_budget_is_not_exceeded_by_the_first_segment()
    {
        using Device device = Device.Cpu(1);
        device.Memory.BudgetBytes = 100 * Unit;
        device.Rent(Units(60));
        device.Rent(Units(40));
        Assert.Equal(100 * Unit, device.Memory.ReservedBytes);
        Assert.Equal(1, device.Memory.Growths);
    }

    [Fact]
    public void Memory_that_nobody_rents_goes_back_before_the_budget_is_passed()
    {
        using Device device = Device.Cpu(1);
        var megabytes = new Shape((int)(Segment / sizeof(float)));
        device.Memory.BudgetBytes = 3 * Segment;
        Tensor first = device.Rent(megabytes), second = device.Rent(megabytes);
        first.Release();
        second.Release();
        device.Rent(new Shape(2 * megabytes.Length));
        Assert.Equal(2 * Segment, device.Memory.ReservedBytes);

        using Device free = Device.Cpu(1);
        first = free.Rent(megabytes);
        second = free.Rent(megabytes);
        first.Release();
        second.Release();
        free.Rent(new Shape(2 * megabytes.Length));
        Assert.Equal(4 * Segment, free.Memory.ReservedBytes);
    }

    [Fact]
    public void What_is_held_never_passes_the_budget_gaps_or_not()
    {
        using Device device = Device.Cpu(1);
        var megabytes = new Shape((int)(Segment / sizeof(float)));
        device.Memory.BudgetBytes = 3 * Segment;
        Tensor first = device.Rent(megabytes), second = device.Rent(megabytes), third = device.Rent(megabytes);
        first.Release();
        third.Release();
        // Two thirds are free and go back, but no more than one can be had at once.
        device.Rent(new Shape(2 * megabytes.Length));
        Assert.Equal(3 * Segment, device.Memory.ReservedBytes);
        second.Release();
        DeviceException refused = Assert.Throws<DeviceException>(() => device.Rent(new Shape(megabytes.Length + 1)));
        Assert.Contains($"cpu may hold {3 * Segment} bytes", refused.Message);
        Assert.Contains($"{2 * Segment} are live and {2 * Segment} held", refused.Message);
    }

    [Fact]
    public void A_layout_that_is_more_than_the_budget_is_not_reserved()
    {
        using Device device = Device.Cpu(1);
        device.Memory.BudgetBytes = 9 * Unit;
        Assert.False(device.Memory.Reserve(Small(10)));
        Assert.Equal(0, device.Memory.ReservedBytes);
        Assert.True(device.Memory.Reserve(Small(9)));
        Assert.Equal(9 * Unit, device.Memory.ReservedBytes);
    }

    [Fact]
    public void A_layout_for_which_there_is_no_memory_leaves_nothing_behind()
    {
        using var pool = new MemoryPool(new SmallSource(), "small");
        Assert.False(pool.Reserve(new MemoryLayout(MemoryPool.LargeRequestBytes, [6 * Unit], [6 * Unit])));
        Assert.Equal(0, pool.ReservedBytes);
        pool.Rent(Units(10));
    }

    [Fact]
    public void Both_refusals_say_what_was_asked_what_is_there_and_a_remedy()
    {
        using var pool = new MemoryPool(new SmallSource(), "small") { BudgetBytes = 20 * Unit };
        pool.Rent(Units(7));
        DeviceException budget = Assert.Throws<DeviceException>(() => pool.Rent(Units(21)));
        Assert.True(budget.IsOutOfMemory);
        Assert.Contains("small may hold 1280 bytes. Got a request for 1344 bytes while 448 are live and 448 held", budget.Message);
        Assert.Contains("smaller batch, more blocks, or a greater budget", budget.Message);
        DeviceException full = Assert.Throws<DeviceException>(() => pool.Rent(Units(9)));
        Assert.True(full.IsOutOfMemory);
        Assert.Contains("room for 576 bytes was expected on small, which has 640 in all", full.Message);
        Assert.Contains("448 bytes live, 448 held by the pool", full.Message);
        Assert.Contains("Use a smaller batch or more blocks", full.Message);
        Assert.False(Assert.Throws<DeviceException>(() => Device.Parse("quantum")).IsOutOfMemory);
    }

    private static long[] Peak(MemoryPool pool) =>
        [.. Enumerable.Range(0, MemoryPool.Accounts).Select(account => pool.PeakBytesOf(account) / Unit)];

    private static MemoryLayout Small(int units) => new(MemoryPool.LargeRequestBytes, [units * Unit], []);

    private static Shape Units(int units) => new(units * Unit / sizeof(float));

    /// <summary>Ten units of memory, whatever is asked for.</summary>
    private sealed class SmallSource : IMemorySource
    {
        private readonly Dictionary<object, long> lent = [];

        public int AlignmentBytes => Unit;

        public long TotalBytes => 10 * Unit;

        public object? Allocate(long bytes)
        {
            if (bytes > TotalBytes - lent.Values.Sum())
                return null;
            var segment = new object();
            lent.Add(segment, bytes);
            return segment;
        }

        public void Free(object segment) => lent.Remove(segment);
    }
}
