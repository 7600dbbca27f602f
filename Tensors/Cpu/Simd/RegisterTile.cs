using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ManSharp.Tensors.Cpu.Simd;

/// <summary>
/// The two inner loops that all convolutions and matrix products run on. A tile is 6 rows by two vectors of columns (or one, where one holds all columns):
/// 12 accumulators, 2 vectors of weights and one broadcast fit into 16 registers, and 12 chains of additions hide the
/// latency of 4 cycles at two a cycle.
/// </summary>
internal static unsafe class RegisterTile
{
    /// <summary>Rows of a tile.</summary>
    internal const int Rows = 6;

    /// <summary>Ints of one line of a window table: which row of the packed weights, then one window for each tile row.</summary>
    internal const int LineInts = 1 + Rows;

    /// <summary>
    /// y[i, j] (+)= bias[j] + sum over lines t and l &lt; length of window(t, i)[l] * weights(t)[l, j], for the 6 rows i
    /// and the panel's columns j. A window code at or above 0 is an offset into <paramref name="image"/>; below 0 it is
    /// the complement of an offset into <paramref name="edges"/>. Rows whose output offset is negative are not stored.
    /// </summary>
    /// <param name="lines">The table: <see cref="LineInts"/> ints a line.</param>
    /// <param name="lineCount">Lines in the table.</param>
    /// <param name="image">The windows inside the image.</param>
    /// <param name="edges">The windows that reach over its edge, padded with zeros.</param>
    /// <param name="panel">Packed weights: [line, l, 2 vectors].</param>
    /// <param name="length">Values of a window.</param>
    /// <param name="y">The first column of this panel in the output.</param>
    /// <param name="outputs">Six output offsets.</param>
    /// <param name="columns">Columns to store; at most two vectors.</param>
    /// <param name="rows">Room for one whole tile, used where the columns do not fill it.</param>
    /// <param name="bias">The panel's bias, or null.</param>
    /// <param name="add">Add to y instead of setting it.</param>
    internal static void Windows<TSimd, TVector>(
        int* lines, int lineCount, float* image, float* edges, float* panel, int length, float* y, int* outputs,
        int columns, float* rows, float* bias, bool add)
        where TSimd : struct, ISimd<TVector> where TVector : struct
    {
        TVector c00, c01, c10, c11, c20, c21, c30, c31, c40, c41, c50, c51;
        c00 = c01 = c10 = c11 = c20 = c21 = c30 = c31 = c40 = c41 = c50 = c51 = TSimd.Zero;
        for (int t = 0; t < lineCount; t++, lines += LineInts)
        {
            float* w = panel + (nint)lines[0] * length * Columns<TSimd, TVector>();
            float* x0 = Window(lines[1], image, edges), x1 = Window(lines[2], image, edges);
            float* x2 = Window(lines[3], image, edges), x3 = Window(lines[4], image, edges);
            float* x4 = Window(lines[5], image, edges), x5 = Window(lines[6], image, edges);
            for (nint l = 0; l < length; l++, w += Columns<TSimd, TVector>())
            {
                TVector b0 = TSimd.Load(w), b1 = TSimd.Vectors == 2 ? TSimd.Load(w + TSimd.Lanes) : b0;
                TVector a = TSimd.Broadcast(x0[l]);
                c00 = TSimd.MultiplyAdd(a, b0, c00);
                if (TSimd.Vectors == 2)
                    c01 = TSimd.MultiplyAdd(a, b1, c01);
                a = TSimd.Broadcast(x1[l]);
                c10 = TSimd.MultiplyAdd(a, b0, c10);
                if (TSimd.Vectors == 2)
                    c11 = TSimd.MultiplyAdd(a, b1, c11);
                a = TSimd.Broadcast(x2[l]);
                c20 = TSimd.MultiplyAdd(a, b0, c20);
                if (TSimd.Vectors == 2)
                    c21 = TSimd.MultiplyAdd(a, b1, c21);
                a = TSimd.Broadcast(x3[l]);
                c30 = TSimd.MultiplyAdd(a, b0, c30);
                if (TSimd.Vectors == 2)
                    c31 = TSimd.MultiplyAdd(a, b1, c31);
                a = TSimd.Broadcast(x4[l]);
                c40 = TSimd.MultiplyAdd(a, b0, c40);
                if (TSimd.Vectors == 2)
                    c41 = TSimd.MultiplyAdd(a, b1, c41);
                a = TSimd.Broadcast(x5[l]);
                c50 = TSimd.MultiplyAdd(a, b0, c50);
                if (TSimd.Vectors == 2)
                    c51 = TSimd.MultiplyAdd(a, b1, c51);
            }
        }
        if (columns == Columns<TSimd, TVector>())
        {
            TVector bias0 = TSimd.Zero, bias1 = TSimd.Zero;
            if (bias is not null)
                (bias0, bias1) = (TSimd.Load(bias), TSimd.Vectors == 2 ? TSimd.Load(bias + TSimd.Lanes) : bias1);
            StoreRow<TSimd, TVector>(y, outputs[0], TSimd.Add(c00, bias0), TSimd.Add(c01, bias1), add);
            StoreRow<TSimd, TVector>(y, outputs[1], TSimd.Add(c10, bias0), TSimd.Add(c11, bias1), add);
            StoreRow<TSimd, TVector>(y, outputs[2], TSimd.Add(c20, bias0), TSimd.Add(c21, bias1), add);
            StoreRow<TSimd, TVector>(y, outputs[3], TSimd.Add(c30, bias0), TSimd.Add(c31, bias1), add);
            StoreRow<TSimd, TVector>(y, outputs[4], TSimd.Add(c40, bias0), TSimd.Add(c41, bias1), add);
            StoreRow<TSimd, TVector>(y, outputs[5], TSimd.Add(c50, bias0), TSimd.Add(c51, bias1), add);
            return;
        }
        // The tail panel: whole vectors go to a side buffer, and its columns from there.
        StorePair<TSimd, TVector>(rows, 0, c00, c01);
        StorePair<TSimd, TVector>(rows, 1, c10, c11);
        StorePair<TSimd, TVector>(rows, 2, c20, c21);
        StorePair<TSimd, TVector>(rows, 3, c30, c31);
        StorePair<TSimd, TVector>(rows, 4, c40, c41);
        StorePair<TSimd, TVector>(rows, 5, c50, c51);
        StoreColumns(y, outputs, rows, Columns<TSimd, TVector>(), columns, bias, add);
    }

    /// <summary>
    /// d[i, j] += sum over pixels p of x(p)[i] * dy[p, j] for 6 neighbouring values i of a window and two vectors j.
    /// </summary>
    /// <param name="windows">One window code a pixel, as in <see cref="Windows{TSimd, TVector}"/>.</param>
    /// <param name="count">Pixels.</param>
    /// <param name="image">The first of the 6 values, for codes at or above 0.</param>
    /// <param name="edges">The first of the 6 values, for codes below 0.</param>
    /// <param name="dy">The first pixel's two vectors.</param>
    /// <param name="dyStride">Values from one pixel's vectors to the next one's.</param>
    /// <param name="d">The tile's accumulators in memory: [6, 2 vectors], rows <paramref name="dStride"/> apart.</param>
    /// <param name="dStride">Values from one row to the next.</param>
    internal static void Outer<TSimd, TVector>(
        int* windows, int count, float* image, float* edges, float* dy, nint dyStride, float* d, nint dStride)
        where TSimd : struct, ISimd<TVector> where TVector : struct
    {
        float* d3 = d + 3 * dStride;
        LoadPair<TSimd, TVector>(d, out TVector c00, out TVector c01);
        LoadPair<TSimd, TVector>(d + dStride, out TVector c10, out TVector c11);
        LoadPair<TSimd, TVector>(d + 2 * dStride, out TVector c20, out TVector c21);
        LoadPair<TSimd, TVector>(d3, out TVector c30, out TVector c31);
        LoadPair<TSimd, TVector>(d3 + dStride, out TVector c40, out TVector c41);
        LoadPair<TSimd, TVector>(d3 + 2 * dStride, out TVector c50, out TVector c51);
        for (nint p = 0; p < count; p++, dy += dyStride)
        {
            float* x = Window(windows[p], image, edges);
            TVector b0 = TSimd.Load(dy), b1 = TSimd.Vectors == 2 ? TSimd.Load(dy + TSimd.Lanes) : b0;
            TVector a = TSimd.Broadcast(x[0]);
            c00 = TSimd.MultiplyAdd(a, b0, c00);
            if (TSimd.Vectors == 2)
                c01 = TSimd.MultiplyAdd(a, b1, c01);
            a = TSimd.Broadcast(x[1]);
            c10 = TSimd.MultiplyAdd(a, b0, c10);
            if (TSimd.Vectors == 2)
                c11 = TSimd.MultiplyAdd(a, b1, c11);
            a = TSimd.Broadcast(x[2]);
            c20 = TSimd.MultiplyAdd(a, b0, c20);
            if (TSimd.Vectors == 2)
                c21 = TSimd.MultiplyAdd(a, b1, c21);
            a = TSimd.Broadcast(x[3]);
            c30 = TSimd.MultiplyAdd(a, b0, c30);
            if (TSimd.Vectors == 2)
                c31 = TSimd.MultiplyAdd(a, b1, c31);
            a = TSimd.Broadcast(x[4]);
            c40 = TSimd.MultiplyAdd(a, b0, c40);
            if (TSimd.Vectors == 2)
                c41 = TSimd.MultiplyAdd(a, b1, c41);
            a = TSimd.Broadcast(x[5]);
            c50 = TSimd.MultiplyAdd(a, b0, c50);
            if (TSimd.Vectors == 2)
                c51 = TSimd.MultiplyAdd(a, b1, c51);
        }
        StorePair<TSimd, TVector>(d, 0, c00, c01);
        StorePair<TSimd, TVector>(d + dStride, 0, c10, c11);
        StorePair<TSimd, TVector>(d + 2 * dStride, 0, c20, c21);
        StorePair<TSimd, TVector>(d3, 0, c30, c31);
        StorePair<TSimd, TVector>(d3 + dStride, 0, c40, c41);
        StorePair<TSimd, TVector>(d3 + 2 * dStride, 0, c50, c51);
    }

    /// <summary>y[i, j] (+)= rows[i, j] + bias[j] for the columns of a tail panel.</summary>
    internal static void StoreColumns(float* y, int* outputs, float* rows, int rowLength, int columns, float* bias, bool add)
    {
        for (int i = 0; i < Rows; i++, rows += rowLength)
        {
            if (outputs[i] < 0)
                continue;
            float* to = y + outputs[i];
            int j = 0;
            for (; j <= columns - Vector128<float>.Count; j += Vector128<float>.Count)
            {
                Vector128<float> value = Vector128.Load(rows + j);
                if (bias is not null)
                    value += Vector128.Load(bias + j);
                (add ? Vector128.Load(to + j) + value : value).Store(to + j);
            }
            for (; j < columns; j++)
            {
                float value = rows[j] + (bias is null ? 0f : bias[j]);
                to[j] = add ? to[j] + value : value;
            }
        }
    }

    /// <summary>Columns of a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Columns<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct =>
        TSimd.Vectors * TSimd.Lanes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Window(int code, float* image, float* edges) => code >= 0 ? image + code : edges + ~code;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow<TSimd, TVector>(float* y, int offset, TVector v0, TVector v1, bool add)
        where TSimd : struct, ISimd<TVector> where TVector : struct
    {
        if (offset < 0)
            return;
        float* to = y + offset;
        if (add)
        {
            v0 = TSimd.Add(TSimd.Load(to), v0);
            if (TSimd.Vectors == 2)
                v1 = TSimd.Add(TSimd.Load(to + TSimd.Lanes), v1);
        }
        TSimd.Store(v0, to);
        if (TSimd.Vectors == 2)
            TSimd.Store(v1, to + TSimd.Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadPair<TSimd, TVector>(float* from, out TVector v0, out TVector v1)
        where TSimd : struct, ISimd<TVector> where TVector : struct
    {
        v0 = TSimd.Load(from);
        v1 = TSimd.Vectors == 2 ? TSimd.Load(from + TSimd.Lanes) : v0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair<TSimd, TVector>(float* rows, int row, TVector v0, TVector v1)
        where TSimd : struct, ISimd<TVector> where TVector : struct
    {
        rows += row * Columns<TSimd, TVector>();
        TSimd.Store(v0, rows);
        if (TSimd.Vectors == 2)
            TSimd.Store(v1, rows + TSimd.Lanes);
    }
}
