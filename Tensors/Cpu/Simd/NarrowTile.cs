using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu.Simd;

/// <summary>
/// Inner loops for three output channels, the colours that a decoder writes. Three columns would leave most lanes of a
/// <see cref="RegisterTile"/> idle; here the lanes lie along the window of the input instead. Three pixels times three
/// channels (or three vectors times three channels) make nine accumulators.
/// </summary>
internal static unsafe class NarrowTile
{
    /// <summary>Output channels.</summary>
    internal const int Columns = 3;

    /// <summary>Values of a window that one call of <see cref="Outer"/> serves: three vectors.</summary>
    internal const int OuterValues = 24;

    /// <summary>Whether a convolution's forward pass and weight gradient run this way.</summary>
    internal static bool Serves(Conv2dGeometry g) =>
        Avx.IsSupported && g.K == Columns && g.Groups == 1 && g.S * g.C >= 16 && g.S * g.C % 4 == 0;

    /// <summary>Values of a window, filled up to whole vectors.</summary>
    internal static int Padded(int length) => (length + 7) / 8 * 8;

    /// <summary>
    /// y[i, k] = bias[k] + sum over lines t and l &lt; length of window(t, i)[l] * weights(t)[k, l], for six pixels i.
    /// The lanes of a sum are added in a tree: ((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7)).
    /// </summary>
    /// <param name="lines">The window table, as in <see cref="RegisterTile.Windows{TSimd, TVector}"/>.</param>
    /// <param name="lineCount">Lines in the table.</param>
    /// <param name="image">The windows inside the image.</param>
    /// <param name="edges">The windows that reach over its edge.</param>
    /// <param name="packed">Weights [line, channel, padded length], zero behind the window's values.</param>
    /// <param name="length">Values of a window, a multiple of four.</param>
    /// <param name="y">The output of the image.</param>
    /// <param name="outputs">Six output offsets; a pixel whose offset is negative is not stored.</param>
    /// <param name="bias">Three values, or null.</param>
    internal static void Windows(
        int* lines, int lineCount, float* image, float* edges, float* packed, int length, float* y, int* outputs, float* bias)
    {
        for (int first = 0; first < RegisterTile.Rows; first += Columns)
            ThreePixels(lines, lineCount, image, edges, packed, length, y, outputs + first, first, bias);
    }

    /// <summary>d[k, l] += sum over pixels p of dy[p, k] * window(p)[l], for 24 neighbouring values l (or 16, or 8).</summary>
    /// <param name="windows">One window code a pixel.</param>
    /// <param name="count">Pixels.</param>
    /// <param name="image">The first of the values, for codes at or above 0.</param>
    /// <param name="edges">The first of the values, for codes below 0.</param>
    /// <param name="dy">The first pixel's three channels.</param>
    /// <param name="d">The sums of the first channel; those of the next lie <paramref name="stride"/> values on.</param>
    /// <param name="stride">Values from one channel's sums to the next one's.</param>
    /// <param name="vectors">Vectors of values: 1 to 3.</param>
    internal static void Outer(int* windows, int count, float* image, float* edges, float* dy, float* d, nint stride, int vectors)
    {
        switch (vectors)
        {
            case 3:
                OuterThree(windows, count, image, edges, dy, d, stride);
                break;
            case 2:
                OuterTwo(windows, count, image, edges, dy, d, stride);
                break;
            default:
                OuterOne(windows, count, image, edges, dy, d, stride);
                break;
        }
    }

    private static void ThreePixels(
        int* lines, int lineCount, float* image, float* edges, float* packed, int length, float* y, int* outputs, int first,
        float* bias)
    {
        Vector256<float> c00, c01, c02, c10, c11, c12, c20, c21, c22;
        c00 = c01 = c02 = c10 = c11 = c12 = c20 = c21 = c22 = Vector256<float>.Zero;
        int padded = Padded(length);
        for (int t = 0; t < lineCount; t++, lines += RegisterTile.LineInts)
        {
            float* w0 = packed + (nint)lines[0] * Columns * padded, w1 = w0 + padded, w2 = w1 + padded;
            float* x0 = Window(lines[1 + first], image, edges);
            float* x1 = Window(lines[2 + first], image, edges), x2 = Window(lines[3 + first], image, edges);
            nint l = 0;
            for (; l <= length - Vector256<float>.Count; l += Vector256<float>.Count)
            {
                Vector256<float> b0 = Vector256.Load(w0 + l), b1 = Vector256.Load(w1 + l), b2 = Vector256.Load(w2 + l);
                Vector256<float> x = Vector256.Load(x0 + l);
                c00 = Vector256.MultiplyAddEstimate(x, b0, c00);
                c01 = Vector256.MultiplyAddEstimate(x, b1, c01);
                c02 = Vector256.MultiplyAddEstimate(x, b2, c02);
                x = Vector256.Load(x1 + l);
                c10 = Vector256.MultiplyAddEstimate(x, b0, c10);
                c11 = Vector256.MultiplyAddEstimate(x, b1, c11);
                c12 = Vector256.MultiplyAddEstimate(x, b2, c12);
                x = Vector256.Load(x2 + l);
                c20 = Vector256.MultiplyAddEstimate(x, b0, c20);
                c21 = Vector256.MultiplyAddEstimate(x, b1, c21);
                c22 = Vector256.MultiplyAddEstimate(x, b2, c22);
            }
            // Four values are left: the upper lanes are zero, not what lies behind the window.
            if (l < length)
            {
                Vector256<float> b0 = Vector256.Load(w0 + l), b1 = Vector256.Load(w1 + l), b2 = Vector256.Load(w2 + l);
                Vector256<float> x = Vector128.Load(x0 + l).ToVector256();
                c00 = Vector256.MultiplyAddEstimate(x, b0, c00);
                c01 = Vector256.MultiplyAddEstimate(x, b1, c01);
                c02 = Vector256.MultiplyAddEstimate(x, b2, c02);
                x = Vector128.Load(x1 + l).ToVector256();
                c10 = Vector256.MultiplyAddEstimate(x, b0, c10);
                c11 = Vector256.MultiplyAddEstimate(x, b1, c11);
                c12 = Vector256.MultiplyAddEstimate(x, b2, c12);
                x = Vector128.Load(x2 + l).ToVector256();
                c20 = Vector256.MultiplyAddEstimate(x, b0, c20);
                c21 = Vector256.MultiplyAddEstimate(x, b1, c21);
                c22 = Vector256.MultiplyAddEstimate(x, b2, c22);
            }
        }
        Store(y, outputs[0], c00, c01, c02, bias);
        Store(y, outputs[1], c10, c11, c12, bias);
        Store(y, outputs[2], c20, c21, c22, bias);
    }

    private static void OuterThree(int* windows, int count, float* image, float* edges, float* dy, float* d, nint stride)
    {
        float* e = d + stride, f = e + stride;
        Vector256<float> c00 = Vector256.Load(d), c01 = Vector256.Load(d + 8), c02 = Vector256.Load(d + 16);
        Vector256<float> c10 = Vector256.Load(e), c11 = Vector256.Load(e + 8), c12 = Vector256.Load(e + 16);
        Vector256<float> c20 = Vector256.Load(f), c21 = Vector256.Load(f + 8), c22 = Vector256.Load(f + 16);
        for (nint p = 0; p < count; p++, dy += Columns)
        {
            float* window = Window(windows[p], image, edges);
            Vector256<float> x0 = Vector256.Load(window), x1 = Vector256.Load(window + 8), x2 = Vector256.Load(window + 16);
            Vector256<float> a = Vector256.Create(dy[0]);
            c00 = Vector256.MultiplyAddEstimate(a, x0, c00);
            c01 = Vector256.MultiplyAddEstimate(a, x1, c01);
            c02 = Vector256.MultiplyAddEstimate(a, x2, c02);
            a = Vector256.Create(dy[1]);
            c10 = Vector256.MultiplyAddEstimate(a, x0, c10);
            c11 = Vector256.MultiplyAddEstimate(a, x1, c11);
            c12 = Vector256.MultiplyAddEstimate(a, x2, c12);
            a = Vector256.Create(dy[2]);
            c20 = Vector256.MultiplyAddEstimate(a, x0, c20);
            c21 = Vector256.MultiplyAddEstimate(a, x1, c21);
            c22 = Vector256.MultiplyAddEstimate(a, x2, c22);
        }
        c00.Store(d);
        c01.Store(d + 8);
        c02.Store(d + 16);
        c10.Store(e);
        c11.Store(e + 8);
        c12.Store(e + 16);
        c20.Store(f);
        c21.Store(f + 8);
        c22.Store(f + 16);
    }

    private static void OuterTwo(int* windows, int count, float* image, float* edges, float* dy, float* d, nint stride)
    {
        float* e = d + stride, f = e + stride;
        Vector256<float> c00 = Vector256.Load(d), c01 = Vector256.Load(d + 8);
        Vector256<float> c10 = Vector256.Load(e), c11 = Vector256.Load(e + 8);
        Vector256<float> c20 = Vector256.Load(f), c21 = Vector256.Load(f + 8);
        for (nint p = 0; p < count; p++, dy += Columns)
        {
            float* window = Window(windows[p], image, edges);
            Vector256<float> x0 = Vector256.Load(window), x1 = Vector256.Load(window + 8);
            Vector256<float> a = Vector256.Create(dy[0]);
            c00 = Vector256.MultiplyAddEstimate(a, x0, c00);
            c01 = Vector256.MultiplyAddEstimate(a, x1, c01);
            a = Vector256.Create(dy[1]);
            c10 = Vector256.MultiplyAddEstimate(a, x0, c10);
            c11 = Vector256.MultiplyAddEstimate(a, x1, c11);
            a = Vector256.Create(dy[2]);
            c20 = Vector256.MultiplyAddEstimate(a, x0, c20);
            c21 = Vector256.MultiplyAddEstimate(a, x1, c21);
        }
        c00.Store(d);
        c01.Store(d + 8);
        c10.Store(e);
        c11.Store(e + 8);
        c20.Store(f);
        c21.Store(f + 8);
    }

    private static void OuterOne(int* windows, int count, float* image, float* edges, float* dy, float* d, nint stride)
    {
        float* e = d + stride, f = e + stride;
        Vector256<float> c0 = Vector256.Load(d), c1 = Vector256.Load(e), c2 = Vector256.Load(f);
        for (nint p = 0; p < count; p++, dy += Columns)
        {
            Vector256<float> x = Vector256.Load(Window(windows[p], image, edges));
            c0 = Vector256.MultiplyAddEstimate(Vector256.Create(dy[0]), x, c0);
            c1 = Vector256.MultiplyAddEstimate(Vector256.Create(dy[1]), x, c1);
            c2 = Vector256.MultiplyAddEstimate(Vector256.Create(dy[2]), x, c2);
        }
        c0.Store(d);
        c1.Store(e);
        c2.Store(f);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Window(int code, float* image, float* edges) => code >= 0 ? image + code : edges + ~code;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* y, int offset, Vector256<float> c0, Vector256<float> c1, Vector256<float> c2, float* bias)
    {
        if (offset < 0)
            return;
        Vector256<float> sums = Avx.HorizontalAdd(Avx.HorizontalAdd(c0, c1), Avx.HorizontalAdd(c2, c2));
        Vector128<float> value = sums.GetLower() + sums.GetUpper();
        float* to = y + offset;
        if (bias is not null)
            value += Vector128.Create(bias[0], bias[1], bias[2], 0);
        *(double*)to = value.AsDouble().ToScalar();
        to[2] = value.GetElement(2);
    }
}
