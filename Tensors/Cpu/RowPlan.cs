using System.Numerics;

namespace ManSharp.Tensors.Cpu;

/// <summary>
/// How rows of C channels are walked with full vectors for any C: several rows count as one wide row, whose width is a
/// multiple of four vectors where that is possible (three channels become 96 lanes), with per-channel values repeated
/// to that width. The last wide row may be cut short. Chunks are whole wide rows.
/// </summary>
internal readonly struct RowPlan
{
    // Wide rows longer than this would spend more on their partial sums than full vectors save.
    private const int WidthLimit = 512;

    // Bounds the memory of partial sums; plenty for the threads of one machine.
    private const int ChunkLimit = 128;

    /// <summary>All values: rows times channels.</summary>
    internal int Length { get; }

    /// <summary>Channels C.</summary>
    internal int Channels { get; }

    /// <summary>Values in one wide row, a multiple of C.</summary>
    internal int Width { get; }

    /// <summary>Values in one chunk, a multiple of the width.</summary>
    internal int ChunkLength { get; }

    /// <summary>The number of chunks.</summary>
    internal int Chunks { get; }

    internal RowPlan(int length, int channels, int minimumChunkLength)
    {
        Length = length;
        Channels = channels;
        Width = WideRow(channels, 4 * Vector<float>.Count) ?? WideRow(channels, Vector<float>.Count) ?? channels;
        int target = Math.Max(minimumChunkLength, (int)(((long)length + ChunkLimit - 1) / ChunkLimit));
        ChunkLength = Math.Max(1, target / Width) * Width;
        Chunks = (int)(((long)length + ChunkLength - 1) / ChunkLength);
    }

    /// <summary>Where a chunk begins, and how many values it has.</summary>
    internal int Start(int chunk, out int count)
    {
        int start = chunk * ChunkLength;
        count = Math.Min(ChunkLength, Length - start);
        return start;
    }

    /// <summary>Repeats C values to the width of a wide row.</summary>
    internal unsafe void Widen(float* wide, float* values)
    {
        for (int start = 0; start < Width; start += Channels)
            new ReadOnlySpan<float>(values, Channels).CopyTo(new Span<float>(wide + start, Channels));
    }

    // The least multiple of C that is also one of the lanes, if it is short enough.
    private static int? WideRow(int channels, int lanes)
    {
        int common = (int)BigInteger.GreatestCommonDivisor(channels, lanes);
        long width = (long)channels * (lanes / common);
        return width <= WidthLimit || common == lanes ? (int)width : null;
    }
}
