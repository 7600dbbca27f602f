using System.Runtime.ExceptionServices;
using ManSharp.Tensors;

namespace ManSharp.Datasets;

/// <summary>
/// Cuts a set into batches, epoch after epoch, and prepares them ahead on threads of its own. The order of an epoch is
/// a function of (seed, epoch), the changes to an image one of (seed, epoch, image): the number of threads shows in
/// the speed only. Once running it allocates nothing beyond what decoding on demand takes. One epoch is read at a time.
/// </summary>
public sealed class DataLoader : IDisposable
{
    private const ulong OrderStream = 0x6F72646572; // "order"
    private const ulong ImageStream = 0x696D616765; // "image"

    private readonly ImageSet _set;
    private readonly Augmentation _augmentation;
    private readonly ulong _seed;
    private readonly bool _shuffle;
    private readonly Batch _tail;
    private readonly Slot[] _ring;
    private readonly Thread[] _workers;
    private readonly int[] _order;

    // Everything below is guarded by _gate; _order is written only while no worker is busy.
    private readonly object _gate = new();
    private bool _stopping;
    private bool _reading;
    private int _epoch;
    private int _begun;
    private int _released;
    private int _busy;

    /// <summary>Makes a loader and starts its threads.</summary>
    /// <param name="set">The images; the loader does not own them.</param>
    /// <param name="batch">The number of images of a batch.</param>
    /// <param name="augmentation">Random changes, or <see cref="Augmentation.None"/>.</param>
    /// <param name="seed">Determines the order and the changes.</param>
    /// <param name="shuffle">Whether every epoch has an order of its own; otherwise images keep theirs.</param>
    /// <param name="dropLast">Whether a last batch that is not full is left out.</param>
    /// <param name="threads">The number of threads that prepare batches.</param>
    /// <param name="prefetch">The number of batches that are prepared ahead.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the set cannot fill a single batch.</exception>
    public DataLoader(
        ImageSet set, int batch, Augmentation augmentation, ulong seed, bool shuffle, bool dropLast, int threads,
        int prefetch = 3)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(augmentation);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batch);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(prefetch);
        augmentation.Validate(set.Height, set.Width);
        if (batch > set.Count && dropLast)
        {
            throw new ArgumentException(
                $"DataLoader: the batch must not be larger than the data set. Got batch {batch}, {set.Count} images. " +
                $"Use a batch of at most {set.Count}.", nameof(batch));
        }

        if ((long)Math.Min(batch, set.Count) * set.ImageBytes > Array.MaxLength)
        {
            throw new ArgumentException(
                $"DataLoader: a batch must fit one array. Got batch {batch} of [H={set.Height}, W={set.Width}, C=3]. " +
                $"Use a batch of at most {Array.MaxLength / set.ImageBytes}.", nameof(batch));
        }

        _set = set;
        _augmentation = augmentation;
        _seed = seed;
        _shuffle = shuffle;
        BatchSize = batch;
        int full = set.Count / batch;
        int rest = dropLast ? 0 : set.Count % batch;
        BatchesPerEpoch = full + (rest > 0 ? 1 : 0);
        _tail = new Batch(rest, set.ImageBytes);
        _ring = new Slot[Math.Min(prefetch + 1, Math.Max(1, BatchesPerEpoch))];
        for (int i = 0; i < _ring.Length; i++)
            _ring[i] = new Slot(new Batch(full > 0 ? batch : 0, set.ImageBytes));
        _order = new int[set.Count];
        _workers = new Thread[Math.Min(threads, _ring.Length)];
        for (int i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Thread(Work) { IsBackground = true, Name = $"ManSharp loader {i}" };
            _workers[i].Start();
        }
    }

    /// <summary>The number of batches of an epoch, the last, smaller one included unless it is dropped.</summary>
    public int BatchesPerEpoch { get; }

    /// <summary>The number of images of a full batch.</summary>
    public int BatchSize { get; }

    internal IReadOnlyList<Thread> Workers => _workers;

    /// <summary>
    /// The batches of an epoch in order. A batch is valid until the next MoveNext. Leaving the loop early is fine.
    /// </summary>
    /// <param name="epoch">The number of the epoch, from 0.</param>
    /// <exception cref="InvalidOperationException">Another epoch of this loader is being read.</exception>
    /// <exception cref="ObjectDisposedException">The loader is disposed.</exception>
    /// <exception cref="DatasetException">An image is unreadable; thrown in place of its batch.</exception>
    public IEnumerable<Batch> Epoch(int epoch)
    {
        Begin(epoch);
        try
        {
            for (int index = 0; index < BatchesPerEpoch; index++)
            {
                yield return Await(index);
                Release(index);
            }
        }
        finally
        {
            End();
        }
    }

    /// <summary>Ends the threads, also in the middle of an epoch, and waits for them.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.PulseAll(_gate);
        }

        foreach (Thread worker in _workers)
            worker.Join();
    }

    private void Begin(int epoch)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            if (_reading)
            {
                throw new InvalidOperationException(
                    $"DataLoader: one epoch is read at a time. Got epoch {epoch} while epoch {_epoch} is being read. " +
                    "Finish or leave its loop first.");
            }

            for (int i = 0; i < _order.Length; i++)
                _order[i] = i;
            if (_shuffle)
                new CounterRandom(_seed, OrderStream, (ulong)epoch).Shuffle(_order);
            (_epoch, _begun, _released, _reading) = (epoch, 0, 0, true);
            Monitor.PulseAll(_gate);
        }
    }

    private Batch Await(int index)
    {
        Slot slot = _ring[index % _ring.Length];
        lock (_gate)
        {
            while (!slot.Ready && !_stopping)
                Monitor.Wait(_gate);
            ObjectDisposedException.ThrowIf(_stopping, this);
            slot.Failure?.Throw();
        }

        return BatchAt(index);
    }

    private void Release(int index)
    {
        lock (_gate)
        {
            _ring[index % _ring.Length].Ready = false;
            _released = index + 1;
            Monitor.PulseAll(_gate);
        }
    }

    private void End()
    {
        lock (_gate)
        {
            _reading = false;
            while (_busy > 0)
                Monitor.Wait(_gate);
            foreach (Slot slot in _ring)
                (slot.Ready, slot.Failure) = (false, null);
        }
    }

    private Batch BatchAt(int index) =>
        ((long)index + 1) * BatchSize <= _set.Count ? _ring[index % _ring.Length].Batch : _tail;

    private void Work()
    {
        var rgb = new byte[_set.ImageBytes];
        while (true)
        {
            int index, epoch;
            lock (_gate)
            {
                while (!_stopping && !(_reading && _begun < Math.Min(BatchesPerEpoch, _released + _ring.Length)))
                    Monitor.Wait(_gate);
                if (_stopping)
                    return;
                index = _begun++;
                epoch = _epoch;
                _busy++;
            }

            ExceptionDispatchInfo? failure = null;
            try
            {
                Fill(BatchAt(index), index * BatchSize, epoch, rgb);
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }

            lock (_gate)
            {
                Slot slot = _ring[index % _ring.Length];
                (slot.Ready, slot.Failure) = (true, failure);
                _busy--;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private void Fill(Batch batch, int first, int epoch, byte[] rgb)
    {
        ulong epochSeed = new CounterRandom(_seed, ImageStream, (ulong)epoch).NextUInt64();
        for (int i = 0; i < batch.Count; i++)
        {
            int image = _order[first + i];
            var random = new CounterRandom(epochSeed, ImageStream, (ulong)image);
            _set.Read(image, rgb);
            Span<float> pixels = batch.Pixels.AsSpan(i * rgb.Length, rgb.Length);
            _augmentation.Apply(rgb, _set.Height, _set.Width, ref random, pixels);
            batch.Labels[i] = _set.Label(image);
        }
    }

    private sealed class Slot(Batch batch)
    {
        public Batch Batch { get; } = batch;

        public bool Ready { get; set; }

        public ExceptionDispatchInfo? Failure { get; set; }
    }
}
