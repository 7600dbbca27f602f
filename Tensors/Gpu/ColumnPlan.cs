using System.Numerics;
using ILGPU;

namespace ManSharp.Tensors.Gpu;

/// <summary>
/// How the columns of a matrix [rows, channels] are summed: a group takes a chunk of rows and a strip of channels; its
/// threads stand in rows of a power of two channels, each adds every so-manieth row, and a tree adds the threads of a
/// channel. A second kernel adds the chunks, a group a channel. All of it depends on the sizes alone.
/// </summary>
internal readonly struct ColumnPlan
{
    /// <summary>Threads that add the chunks of one channel.</summary>
    internal const int EndGroupSize = 64;

    // A strip of 64 channels is 256 bytes, a whole number of memory transactions.
    private const int WidestStrip = 64;
    private const int MostChunks = 1024;
    private const int RowsPerThread = 16;

    private readonly int stripShift;
    private readonly int rowsPerChunk;

    /// <param name="shape">The innermost dimension is the channels, the others together the rows.</param>
    /// <param name="partials">How many partial sums may be kept.</param>
    internal ColumnPlan(Shape shape, int partials)
    {
        Channels = shape.Last;
        Rows = shape.Rows;
        stripShift = BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)Math.Min(Channels, WidestStrip)));
        Strips = (Channels + (1 << stripShift) - 1) >> stripShift;
        int most = Math.Max(1, Math.Min(MostChunks, partials / Channels));
        int least = RowStep * RowsPerThread;
        rowsPerChunk = (int)Math.Max(least, ((long)Rows + most - 1) / most);
        Chunks = (int)(((long)Rows + rowsPerChunk - 1) / rowsPerChunk);
    }

    internal int Channels { get; }

    internal int Rows { get; }

    /// <summary>Chunks of rows: the grid's first dimension.</summary>
    internal int Chunks { get; }

    /// <summary>Strips of channels: the grid's second dimension.</summary>
    internal int Strips { get; }

    /// <summary>From one row of a thread to its next.</summary>
    internal int RowStep => GpuLoader.GroupSize >> stripShift;

    /// <summary>The channel of this thread; beyond the last one for idle threads.</summary>
    internal int Channel => (Grid.IdxY << stripShift) + (Group.IdxX & ((1 << stripShift) - 1));

    /// <summary>The first row of this thread.</summary>
    internal int FirstRow => Grid.IdxX * rowsPerChunk + (Group.IdxX >> stripShift);

    /// <summary>The end of this group's rows.</summary>
    internal int EndRow => Rows - Grid.IdxX * rowsPerChunk < rowsPerChunk ? Rows : (Grid.IdxX + 1) * rowsPerChunk;

    /// <summary>Whether this thread has its channel's sum of the chunk.</summary>
    internal bool WritesColumn => Group.IdxX >> stripShift == 0 && Channel < Channels;

    /// <summary>Where the sum of this thread's chunk and channel goes.</summary>
    internal int PartialIndex => Grid.IdxX * Channels + Channel;

    /// <summary>Adds one value a thread over the threads of a channel; valid in the threads of the first row.</summary>
    internal float SumColumn(ArrayView<float> shared, float value)
    {
        int t = Group.IdxX;
        shared[t] = value;
        Group.Barrier();
        for (int half = GpuLoader.GroupSize / 2; half >> stripShift > 0; half /= 2)
        {
            if (t < half)
                shared[t] += shared[t + half];
            Group.Barrier();
        }
        float sum = shared[t];
        Group.Barrier();
        return sum;
    }

    /// <summary>
    /// Joins a mean and a sum of squared deviations a thread over the threads of a channel; valid in the first row.
    /// <b>Source</b>: Chan, Golub and LeVeque 1983.
    /// </summary>
    internal Moments JoinColumn(
        ArrayView<float> counts, ArrayView<float> means, ArrayView<float> squares, Moments value)
    {
        int t = Group.IdxX;
        value.Store(counts, means, squares, t);
        Group.Barrier();
        for (int half = GpuLoader.GroupSize / 2; half >> stripShift > 0; half /= 2)
        {
            if (t < half)
                Moments.Load(counts, means, squares, t).Join(Moments.Load(counts, means, squares, t + half))
                    .Store(counts, means, squares, t);
            Group.Barrier();
        }
        return Moments.Load(counts, means, squares, t);
    }
}
