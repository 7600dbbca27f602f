using ManSharp.Tensors;
using ManSharp.Tensors.Dry;
using ManSharp.Tensors.Memory;
using Xunit;

namespace ManSharp.Tests.Pure;

/// <summary>The pool's bookkeeping, on the dry device: 64 bytes make one unit here.</summary>
public sealed class MemoryPoolTests : IDisposable
{
    private const int Unit = 64;
    private const long SmallSegment = 4L << 20;

    private readonly Device device = Device.Dry();

    private MemoryPool Pool => device.Memory;

    public void Dispose() => device.Dispose();

    [Fact]
    public void Lengths_are_rounded_up_to_the_alignment()
    {
        Tensor one = Rent(1), seventeen = device.Rent(new Shape(17));
        Assert.Equal(3 * Unit, Pool.LiveBytes);
        Assert.Equal(Unit, seventeen.Block.OffsetBytes);
        one.Release();
        Assert.Equal(2 * Unit, Pool.LiveBytes);
    }

    [Fact]
    public void The_smallest_block_that_fits_is_taken()
    {
        Tensor large = Rent(9);
        Rent(1);
        Tensor small = Rent(3);
        Rent(1);
        Tensor medium = Rent(5);
        Rent(1);
        long[] places = [large.Block.OffsetBytes, small.Block.OffsetBytes, medium.Block.OffsetBytes];
        large.Release();
        small.Release();
        medium.Release();
        Assert.Equal(places[2], Rent(4).Block.OffsetBytes);
        Assert.Equal(places[1], Rent(3).Block.OffsetBytes);
        Assert.Equal(places[0], Rent(6).Block.OffsetBytes);
    }

    [Fact]
    public void The_rest_of_a_cut_block_is_used_next()
    {
        Tensor large = Rent(9);
        Rent(1);
        long place = large.Block.OffsetBytes;
        large.Release();
        Assert.Equal(place, Rent(4).Block.OffsetBytes);
        Assert.Equal(place + 4 * Unit, Rent(5).Block.OffsetBytes);
    }

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(0, 2, 1)]
    [InlineData(1, 0, 2)]
    [InlineData(1, 2, 0)]
    [InlineData(2, 0, 1)]
    [InlineData(2, 1, 0)]
    public void Neighbours_grow_together_in_any_order(int first, int second, int third)
    {
        Tensor[] parts = [Rent(2), Rent(3), Rent(4)];
        Rent(1);
        long place = parts[0].Block.OffsetBytes;
        parts[first].Release();
        parts[second].Release();
        parts[third].Release();
        Assert.Equal(place, Rent(9).Block.OffsetBytes);
    }

    [Fact]
    public void The_peak_stays_until_it_is_reset()
    {
        Tensor a = Rent(3), b = Rent(4);
        a.Release();
        b.Release();
        Rent(1);
        Assert.Equal(7 * Unit, Pool.PeakBytes);
        Assert.Equal(Unit, Pool.LiveBytes);
        Pool.ResetPeak();
        Assert.Equal(Unit, Pool.PeakBytes);
        Rent(1);
        Assert.Equal(2 * Unit, Pool.PeakBytes);
    }

    [Fact]
    public void Segments_are_held_until_they_are_trimmed()
    {
        using Device cpu = Device.Cpu(1);
        MemoryPool pool = cpu.Memory;
        Tensor small = cpu.Rent(new Shape(1)), large = cpu.Rent(new Shape(16 << 20));
        Assert.Equal(2, pool.Growths);
        Assert.Equal(SmallSegment + (64L << 20), pool.ReservedBytes);
        large.Release();
        pool.Trim();
        Assert.Equal(SmallSegment, pool.ReservedBytes);
        small.Release();
        pool.Trim();
        Assert.Equal(0, pool.ReservedBytes);
        cpu.Rent(new Shape(1));
        Assert.Equal(3, pool.Growths);
    }

    [Fact]
    public void Small_requests_leave_no_holes_among_large_ones()
    {
        const int most = (int)MemoryPool.LargeRequestBytes / Unit;
        Tensor large = Rent(2 * most);
        Tensor small = Rent(most - 1);
        Assert.NotSame(large.Block.Home, small.Block.Home);
        large.Release();
        Assert.Equal(0, Rent(2 * most).Block.OffsetBytes);
        Assert.Equal(3 * most * Unit - Unit, Pool.ReservedBytes);
    }

    [Fact]
    public void The_dry_device_holds_up_to_the_highest_block()
    {
        Tensor first = Rent(5), second = Rent(3);
        first.Release();
        Rent(6);
        Assert.Equal(14 * Unit, Pool.ReservedBytes);
        second.Release();
        Rent(8);
        Assert.Equal(14 * Unit, Pool.ReservedBytes);
        Assert.Equal([14L * Unit], Pool.Layout.Small);
        Assert.Empty(Pool.Layout.Large);
    }

    [Fact]
    public void A_budget_refuses_with_its_numbers()
    {
        Pool.BudgetBytes = 10 * Unit;
        Rent(7);
        var error = Assert.Throws<DeviceException>(() => Rent(4));
        Assert.Contains("dry may hold 640 bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("a request for 256 bytes while 448 are live and 448 held", error.Message, StringComparison.Ordinal);
        Assert.Equal(7 * Unit, Pool.LiveBytes);
        Rent(3);
    }

    [Fact]
    public void Stale_views_are_caught()
    {
        Tensor whole = Rent(2);
        Tensor part = whole.Slice(5, new Shape(3)), reshaped = whole.Reshape(new Shape(2, 16));
        whole.Release();
        foreach (Tensor view in (Tensor[])[whole, part, reshaped])
            Assert.Contains($"stale view {view.Shape}", Assert.Throws<DeviceException>(() => view.Block).Message,
                StringComparison.Ordinal);
        Assert.Throws<DeviceException>(whole.Release);
        Tensor next = Rent(2);
        Assert.Throws<DeviceException>(() => whole.Block);
        Assert.NotNull(next.Block);
    }

    [Fact]
    public void Views_are_checked_against_their_tensor()
    {
        Tensor tensor = Rent(2);
        Tensor part = tensor.Slice(30, new Shape(2));
        Assert.Equal(30, part.Offset);
        var slice = Assert.Throws<ShapeException>(() => tensor.Slice(31, new Shape(2)));
        Assert.Contains("start 31, shape [2] of [32]", slice.Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => tensor.Slice(-1, new Shape(2)));
        var reshape = Assert.Throws<ShapeException>(() => tensor.Reshape(new Shape(3, 11)));
        Assert.Contains("[32] (32) to [3, 11] (33)", reshape.Message, StringComparison.Ordinal);
        Assert.Contains("offset 30", Assert.Throws<DeviceException>(part.Release).Message, StringComparison.Ordinal);
        Assert.Throws<DeviceException>(() => Tensor.None.Block);
    }

    [Theory]
    [InlineData(1, long.MaxValue)]
    [InlineData(2, long.MaxValue)]
    [InlineData(3, 40L << 20)]
    public void Work_finds_the_same_places_where_its_layout_is_reserved(int seed, long largestBytes)
    {
        using Device dry = new DryDevice(like: null, largestBytes), cpu = Device.Cpu(1);
        dry.Memory.BeginRecording();
        List<(int Segment, long Offset, long Peak)> places = Work(dry, seed);
        MemoryLayout layout = dry.Memory.Layout;
        MemoryLayout best = dry.Memory.EndRecording().BestLayout;
        Assert.InRange(best.Bytes, dry.Memory.PeakBytes, layout.Bytes);
        Assert.NotEqual(layout.LargeFromBytes, best.LargeFromBytes);
        Assert.Equal(largestBytes == long.MaxValue, layout.Large.Count == 1);
        Assert.All(layout.Large, bytes => Assert.InRange(bytes, 1, largestBytes));

        cpu.Memory.BudgetBytes = layout.Bytes;
        Assert.True(cpu.Memory.Reserve(layout));
        int growths = cpu.Memory.Growths;
        Assert.Equal(places, Work(cpu, seed));
        Assert.Equal((growths, layout.Bytes), (cpu.Memory.Growths, cpu.Memory.ReservedBytes));

        // With the best threshold other places, and less of them.
        using Device other = Device.Cpu(1);
        Assert.True(other.Memory.Reserve(best));
        growths = other.Memory.Growths;
        Work(other, seed);
        Assert.Equal((growths, best.Bytes), (other.Memory.Growths, other.Memory.ReservedBytes));

        // One unit less and the same work does not fit.
        using Device less = Device.Cpu(1);
        less.Memory.Reserve(new MemoryLayout(layout.LargeFromBytes, layout.Small, [.. layout.Large.SkipLast(1), layout.Large[^1] - Unit]));
        less.Memory.BudgetBytes = less.Memory.ReservedBytes;
        Assert.Throws<DeviceException>(() => Work(less, seed));
    }

    // Rents and returns at random; the places of what was rented, in order.
    private static List<(int Segment, long Offset, long Peak)> Work(Device device, int seed)
    {
        var random = new Random(seed);
        List<Tensor> live = [];
        List<(int, long, long)> places = [];
        for (int step = 0; step < 3000; step++)
            if (live.Count > 0 && random.Next(live.Count + 20) < live.Count)
            {
                int victim = random.Next(live.Count);
                live[victim].Release();
                live.RemoveAt(victim);
            }
            else
            {
                live.Add(device.Rent(new Shape(1 + (int)Math.Exp(random.NextDouble() * 15))));
                MemoryBlock block = live[^1].Block;
                places.Add((block.Home.Index, block.OffsetBytes, device.Memory.PeakBytes));
            }
        CheckNoOverlap([.. live]);
        return places;
    }

    private static void CheckNoOverlap(Tensor[] tensors)
    {
        for (int i = 0; i < tensors.Length; i++)
            for (int j = 0; j < i; j++)
            {
                MemoryBlock a = tensors[i].Block, b = tensors[j].Block;
                Assert.True(
                    a.Home != b.Home || a.OffsetBytes + a.Bytes <= b.OffsetBytes || b.OffsetBytes + b.Bytes <= a.OffsetBytes,
                    $"Blocks at {a.OffsetBytes} and {b.OffsetBytes} overlap.");
            }
    }

    private Tensor Rent(int units) => device.Rent(new Shape(units * Unit / sizeof(float)));
}
