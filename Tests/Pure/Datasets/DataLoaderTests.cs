using ManSharp.Datasets;
using Xunit;

namespace ManSharp.Tests.Pure.Datasets;

public class DataLoaderTests
{
    private static readonly Augmentation Both = new(1, Flip: true);

    [Fact]
    public void Batches_are_the_same_for_any_number_of_threads()
    {
        var set = new CountingSet(103);
        List<float> one = ReadAll(set, threads: 1, seed: 5, epochs: 3);
        Assert.Equal(one, ReadAll(set, threads: 4, seed: 5, epochs: 3));
        Assert.Equal(one, ReadAll(set, threads: 2, seed: 5, epochs: 3, prefetch: 1));
        Assert.NotEqual(one, ReadAll(set, threads: 1, seed: 6, epochs: 3));
    }

    [Fact]
    public void An_epoch_can_be_read_again_and_differs_from_the_next()
    {
        using var loader = new DataLoader(new CountingSet(40), 8, Both, 1, true, false, threads: 2);
        List<float> first = ReadEpoch(loader, 0);
        List<float> second = ReadEpoch(loader, 1);
        Assert.NotEqual(first, second);
        Assert.Equal(first, ReadEpoch(loader, 0));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Every_image_comes_once_with_its_label_and_pixels(bool shuffle, bool dropLast)
    {
        var set = new CountingSet(23);
        using var loader = new DataLoader(set, 5, Augmentation.None, 1, shuffle, dropLast, threads: 3);
        Assert.Equal(dropLast ? 4 : 5, loader.BatchesPerEpoch);
        var images = new List<int>();
        foreach (Batch batch in loader.Epoch(0))
        {
            Assert.Equal(batch.Count * set.ImageBytes, batch.Pixels.Length);
            Assert.Equal(batch.Count, batch.Labels.Length);
            for (int i = 0; i < batch.Count; i++)
            {
                int image = (int)MathF.Round(batch.Pixels[i * set.ImageBytes] * 255);
                Assert.Equal(image % 7, batch.Labels[i]);
                images.Add(image);
            }
        }

        IEnumerable<int> all = Enumerable.Range(0, dropLast ? 20 : 23);
        Assert.Equal(all, images.Order());
        Assert.Equal(!shuffle, images.SequenceEqual(all));
    }

    [Fact]
    public void A_batch_larger_than_the_set_is_one_smaller_batch_or_refused_with_both_numbers()
    {
        var set = new CountingSet(6);
        using (var loader = new DataLoader(set, 8, Augmentation.None, 1, true, dropLast: false, threads: 1))
            Assert.Equal([6], loader.Epoch(0).Select(batch => batch.Count));

        var fault = Assert.Throws<ArgumentException>(
            () => new DataLoader(set, 8, Augmentation.None, 1, true, dropLast: true, threads: 1));
        Assert.Contains("batch 8, 6 images", fault.Message, StringComparison.Ordinal);
        Assert.Contains("at most 6", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_on_a_thread_surfaces_in_place_of_its_batch()
    {
        using var loader = new DataLoader(
            new CountingSet(40, unreadable: 21), 8, Augmentation.None, 1, shuffle: false, false, threads: 4);
        for (int time = 0; time < 2; time++)
        {
            int batches = 0;
            var fault = Assert.Throws<DatasetException>(() =>
            {
                foreach (Batch batch in loader.Epoch(0))
                    batches++;
            });
            Assert.Equal("image 21", fault.File);
            Assert.Equal(2, batches);
        }
    }

    [Fact]
    public void Leaving_an_epoch_early_frees_the_loader_for_the_next()
    {
        using var loader = new DataLoader(new CountingSet(400), 4, Both, 1, true, false, threads: 3);
        List<float> whole = ReadEpoch(loader, 7);
        for (int i = 0; i < 20; i++)
            Assert.NotEmpty(loader.Epoch(i).Take(i % 3 + 1).ToList());
        Assert.Equal(whole, ReadEpoch(loader, 7));
    }

    [Fact]
    public void Disposing_in_the_middle_of_an_epoch_ends_the_threads()
    {
        var loader = new DataLoader(new CountingSet(400), 4, Both, 1, true, false, threads: 3);
        using IEnumerator<Batch> epoch = loader.Epoch(0).GetEnumerator();
        Assert.True(epoch.MoveNext());
        loader.Dispose();
        Assert.Equal(3, loader.Workers.Count);
        Assert.All(loader.Workers, worker => Assert.False(worker.IsAlive));
        Assert.Throws<ObjectDisposedException>(() => epoch.MoveNext());
        Assert.Throws<ObjectDisposedException>(() => loader.Epoch(1).First());
        loader.Dispose();
    }

    [Fact]
    public void Two_epochs_at_once_are_refused()
    {
        using var loader = new DataLoader(new CountingSet(40), 4, Both, 1, true, false, threads: 1);
        using IEnumerator<Batch> epoch = loader.Epoch(2).GetEnumerator();
        Assert.True(epoch.MoveNext());
        var fault = Assert.Throws<InvalidOperationException>(() => loader.Epoch(3).First());
        Assert.Contains("Got epoch 3 while epoch 2", fault.Message, StringComparison.Ordinal);
        Assert.True(epoch.MoveNext());
    }

    [Fact]
    public void Buffers_come_from_a_ring()
    {
        using var loader = new DataLoader(new CountingSet(80), 4, Both, 1, true, false, threads: 2, prefetch: 2);
        var seen = new HashSet<float[]>(ReferenceEqualityComparer.Instance);
        for (int epoch = 0; epoch < 3; epoch++)
        {
            foreach (Batch batch in loader.Epoch(epoch))
                seen.Add(batch.Pixels);
        }

        Assert.Equal(3, seen.Count);
    }

    private static List<float> ReadAll(ImageSet set, int threads, ulong seed, int epochs, int prefetch = 3)
    {
        using var loader = new DataLoader(set, 8, Both, seed, true, false, threads, prefetch);
        return Enumerable.Range(0, epochs).SelectMany(epoch => ReadEpoch(loader, epoch)).ToList();
    }

    private static List<float> ReadEpoch(DataLoader loader, int epoch)
    {
        var values = new List<float>();
        foreach (Batch batch in loader.Epoch(epoch))
        {
            values.AddRange(batch.Pixels);
            values.AddRange(batch.Labels);
        }

        return values;
    }

    // Image i has i in its first byte and other values after it; its label is i mod 7.
    private sealed class CountingSet(int count, int unreadable = -1) : ImageSet(
        new ImageSize(4, 3), ["a", "b", "c", "d", "e", "f", "g"],
        Enumerable.Range(0, count).Select(i => i % 7).ToArray())
    {
        protected override void ReadCore(int index, Span<byte> rgb)
        {
            if (index == unreadable)
                throw new DatasetException($"image {index}", "an image", "none", "Remove it");
            for (int i = 0; i < rgb.Length; i++)
                rgb[i] = (byte)(index + (i * 17));
        }
    }
}
