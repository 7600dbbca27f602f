using System.Numerics;

namespace ManSharp.Tensors.Cpu;

/// <summary>One or two terms of every value, to be summed over rows for each channel.</summary>
internal interface IColumnTerms
{
    /// <summary>Whether there is a second term.</summary>
    static abstract bool HasSecond { get; }

    /// <summary>The first term of a vector of values at a position, in a column of the wide row.</summary>
    Vector<float> First(nint at, nint column);

    /// <summary>The first term of one value.</summary>
    float FirstLane(nint at, nint column);

    /// <summary>The sum and the second term, which may build upon the first.</summary>
    Vector<float> AddSecond(Vector<float> sum, Vector<float> first, nint at, nint column);

    /// <summary>The second term of one value.</summary>
    float SecondLane(float first, nint at, nint column);
}

/// <summary>
/// Sums over rows for each channel, the engine of batch norm and of bias gradients. Order of summation: in float down
/// the rows of a tile of 8192 values, tiles in double, chunks in double in their order, then the rows of a wide row.
/// </summary>
internal sealed unsafe partial class CpuKernels
{
    private const int TileLength = 8192;

    private static RowPlan PlanRows(int length, int channels) => new(length, channels, ChunkLength);

    private static long PartialsLength(in RowPlan plan) => 2L * plan.Width * plan.Chunks;

    /// <summary>Leaves the sums of the first term at partials[c], those of the second at partials[Width + c].</summary>
    private void SumColumns<TTerms>(double* partials, in RowPlan plan, TTerms terms) where TTerms : struct, IColumnTerms
    {
        team.Run(new ColumnSumsJob<TTerms>(partials, plan, terms), plan.Chunks);
        int width = plan.Width;
        int used = TTerms.HasSecond ? 2 * width : width;
        for (int chunk = 1; chunk < plan.Chunks; chunk++)
            AddDoubles(partials, partials + (nint)chunk * 2 * width, used);
        for (int row = plan.Channels; row < width; row += plan.Channels)
        {
            AddDoubles(partials, partials + row, plan.Channels);
            if (TTerms.HasSecond)
                AddDoubles(partials + width, partials + width + row, plan.Channels);
        }
    }

    private static void AddDoubles(double* sums, double* values, int length)
    {
        int i = 0;
        for (; i <= length - Vector<double>.Count; i += Vector<double>.Count)
            (Vector.Load(sums + i) + Vector.Load(values + i)).Store(sums + i);
        for (; i < length; i++)
            sums[i] += values[i];
    }

    private static void AddLanes(double* sums, Vector<float> lanes)
    {
        int half = Vector<double>.Count;
        (Vector.Load(sums) + Vector.WidenLower(lanes)).Store(sums);
        (Vector.Load(sums + half) + Vector.WidenUpper(lanes)).Store(sums + half);
    }

    private readonly struct ColumnSumsJob<TTerms>(double* partials, RowPlan plan, TTerms terms) : IChunkJob
        where TTerms : struct, IColumnTerms
    {
        public void Run(int chunk, int worker)
        {
            int width = plan.Width;
            nint start = plan.Start(chunk, out int count);
            double* sums = partials + (nint)chunk * 2 * width;
            new Span<double>(sums, 2 * width).Clear();
            int rows = count / width;
            int tileRows = Math.Max(16, TileLength / width);
            for (int row = 0; row < rows; row += tileRows)
                AddTile(sums, start + (nint)row * width, Math.Min(tileRows, rows - row));
            for (int column = 0; column < count - rows * width; column++)
                AddLane(sums, start + (nint)rows * width, 1, column);
        }

        private void AddTile(double* sums, nint at, int rows)
        {
            int width = plan.Width;
            int lanes = Vector<float>.Count;
            int column = 0;
            for (; column <= width - 4 * lanes; column += 4 * lanes)
                AddFourVectors(sums, at + column, rows, column);
            for (; column <= width - lanes; column += lanes)
                AddVector(sums, at + column, rows, column);
            for (; column < width; column++)
                AddLane(sums, at, rows, column);
        }

        // Four vectors side by side hide the latency of the additions; two terms of four fill the registers of AVX2.
        private void AddFourVectors(double* sums, nint at, int rows, int column)
        {
            TTerms local = terms;
            int width = plan.Width;
            int lanes = Vector<float>.Count;
            Vector<float> a0 = default, a1 = default, a2 = default, a3 = default;
            Vector<float> b0 = default, b1 = default, b2 = default, b3 = default;
            for (int row = 0; row < rows; row++, at += width)
            {
                Vector<float> t0 = local.First(at, column);
                Vector<float> t1 = local.First(at + lanes, column + lanes);
                Vector<float> t2 = local.First(at + 2 * lanes, column + 2 * lanes);
                Vector<float> t3 = local.First(at + 3 * lanes, column + 3 * lanes);
                a0 += t0;
                a1 += t1;
                a2 += t2;
                a3 += t3;
                if (TTerms.HasSecond)
                {
                    b0 = local.AddSecond(b0, t0, at, column);
                    b1 = local.AddSecond(b1, t1, at + lanes, column + lanes);
                    b2 = local.AddSecond(b2, t2, at + 2 * lanes, column + 2 * lanes);
                    b3 = local.AddSecond(b3, t3, at + 3 * lanes, column + 3 * lanes);
                }
            }
            AddLanes(sums + column, a0);
            AddLanes(sums + column + lanes, a1);
            AddLanes(sums + column + 2 * lanes, a2);
            AddLanes(sums + column + 3 * lanes, a3);
            if (TTerms.HasSecond)
            {
                AddLanes(sums + width + column, b0);
                AddLanes(sums + width + column + lanes, b1);
                AddLanes(sums + width + column + 2 * lanes, b2);
                AddLanes(sums + width + column + 3 * lanes, b3);
            }
        }

        private void AddVector(double* sums, nint at, int rows, int column)
        {
            int width = plan.Width;
            Vector<float> a = default, b = default;
            for (int row = 0; row < rows; row++, at += width)
            {
                Vector<float> t = terms.First(at, column);
                a += t;
                if (TTerms.HasSecond)
                    b = terms.AddSecond(b, t, at, column);
            }
            AddLanes(sums + column, a);
            if (TTerms.HasSecond)
                AddLanes(sums + width + column, b);
        }

        // The tail of channels too many to be widened, and of a wide row that was cut short.
        private void AddLane(double* sums, nint at, int rows, int column)
        {
            int width = plan.Width;
            float a = 0, b = 0;
            at += column;
            for (int row = 0; row < rows; row++, at += width)
            {
                float t = terms.FirstLane(at, column);
                a += t;
                if (TTerms.HasSecond)
                    b += terms.SecondLane(t, at, column);
            }
            sums[column] += a;
            sums[width + column] += b;
        }
    }
}
