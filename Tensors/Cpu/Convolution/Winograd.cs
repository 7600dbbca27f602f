using System.Numerics;
using System.Runtime.CompilerServices;

namespace ManSharp.Tensors.Cpu.Convolution;

/// <summary>
/// The transforms of F(2x2, 3x3): Y = A' [(G g G') * (B' d B)] A, with
/// B' = [1 0 -1 0; 0 1 1 0; 0 -1 1 0; 0 1 0 -1], G = [1 0 0; 1/2 1/2 1/2; 1/2 -1/2 1/2; 0 0 1], A' = [1 1 1 0; 0 1 -1 -1]:
/// 16 products make 2x2 outputs that take 36 directly. Its adjoint by g is G' [(B' d B) * (A dY A')] G.
/// A vector holds neighbouring channels. <b>Source</b>: Lavin and Gray 2016, section 4.1.
/// </summary>
internal static unsafe class Winograd
{
    /// <summary>Places of a transformed tile.</summary>
    internal const int Places = 16;

    /// <summary>v[4 i + j] = (B' d B)[i, j] for every channel: d are the 4x4 pixels' addresses.</summary>
    /// <param name="pixels">16 addresses, row by row.</param>
    /// <param name="v">The first place.</param>
    /// <param name="placeStride">Values from one place to the next.</param>
    /// <param name="channels">A multiple of the vector's lanes.</param>
    internal static void TransformInput(float** pixels, float* v, nint placeStride, int channels)
    {
        for (nint c = 0; c < channels; c += Vector<float>.Count, v += Vector<float>.Count)
        {
            InputRow(
                Load(pixels, 0, c) - Load(pixels, 8, c), Load(pixels, 1, c) - Load(pixels, 9, c),
                Load(pixels, 2, c) - Load(pixels, 10, c), Load(pixels, 3, c) - Load(pixels, 11, c), v, placeStride);
            InputRow(
                Load(pixels, 4, c) + Load(pixels, 8, c), Load(pixels, 5, c) + Load(pixels, 9, c),
                Load(pixels, 6, c) + Load(pixels, 10, c), Load(pixels, 7, c) + Load(pixels, 11, c), v + 4 * placeStride, placeStride);
            InputRow(
                Load(pixels, 8, c) - Load(pixels, 4, c), Load(pixels, 9, c) - Load(pixels, 5, c),
                Load(pixels, 10, c) - Load(pixels, 6, c), Load(pixels, 11, c) - Load(pixels, 7, c), v + 8 * placeStride, placeStride);
            InputRow(
                Load(pixels, 4, c) - Load(pixels, 12, c), Load(pixels, 5, c) - Load(pixels, 13, c),
                Load(pixels, 6, c) - Load(pixels, 14, c), Load(pixels, 7, c) - Load(pixels, 15, c), v + 12 * placeStride, placeStride);
        }
    }

    /// <summary>v[4 i + j] = (A dy A')[i, j] for every channel: dy are the 2x2 pixels' addresses.</summary>
    internal static void TransformOutputGradient(float** pixels, float* v, nint placeStride, int channels)
    {
        for (nint c = 0; c < channels; c += Vector<float>.Count, v += Vector<float>.Count)
        {
            Vector<float> d00 = Load(pixels, 0, c), d01 = Load(pixels, 1, c), d10 = Load(pixels, 2, c), d11 = Load(pixels, 3, c);
            GradientRow(d00, d01, v, placeStride);
            GradientRow(d00 + d10, d01 + d11, v + 4 * placeStride, placeStride);
            GradientRow(d00 - d10, d01 - d11, v + 8 * placeStride, placeStride);
            GradientRow(-d10, -d11, v + 12 * placeStride, placeStride);
        }
    }

    /// <summary>y (+)= bias + A' m A for every channel, into those of the 2x2 pixels that have an address.</summary>
    /// <param name="pixels">Four addresses; null outside the image.</param>
    /// <param name="m">The first place.</param>
    /// <param name="placeStride">Values from one place to the next.</param>
    /// <param name="channels">A multiple of the vector's lanes.</param>
    /// <param name="bias">One value a channel, or null.</param>
    /// <param name="add">Add to y instead of setting it.</param>
    internal static void TransformOutput(float** pixels, float* m, nint placeStride, int channels, float* bias, bool add)
    {
        for (nint c = 0; c < channels; c += Vector<float>.Count, m += Vector<float>.Count)
        {
            OutputRow(m, placeStride, out Vector<float> left0, out Vector<float> right0);
            OutputRow(m + 4 * placeStride, placeStride, out Vector<float> left1, out Vector<float> right1);
            OutputRow(m + 8 * placeStride, placeStride, out Vector<float> left2, out Vector<float> right2);
            OutputRow(m + 12 * placeStride, placeStride, out Vector<float> left3, out Vector<float> right3);
            Vector<float> offset = bias is null ? default : Vector.Load(bias + c);
            Store(pixels[0], c, left0 + left1 + left2 + offset, add);
            Store(pixels[1], c, right0 + right1 + right2 + offset, add);
            Store(pixels[2], c, left1 - left2 - left3 + offset, add);
            Store(pixels[3], c, right1 - right2 - right3 + offset, add);
        }
    }

    /// <summary>u = G g G': 16 values from the 9 taps of one pair of channels.</summary>
    internal static void TransformWeight(ReadOnlySpan<float> g, Span<float> u)
    {
        Span<float> rows = stackalloc float[12];
        for (int s = 0; s < 3; s++)
        {
            float even = 0.5f * (g[s] + g[6 + s]), odd = 0.5f * g[3 + s];
            (rows[s], rows[3 + s], rows[6 + s], rows[9 + s]) = (g[s], even + odd, even - odd, g[6 + s]);
        }
        for (int i = 0; i < 4; i++)
        {
            float even = 0.5f * (rows[3 * i] + rows[3 * i + 2]), odd = 0.5f * rows[3 * i + 1];
            (u[4 * i], u[4 * i + 1], u[4 * i + 2], u[4 * i + 3]) = (rows[3 * i], even + odd, even - odd, rows[3 * i + 2]);
        }
    }

    /// <summary>dg[3 r + s] = (G' du G)[r, s]: 9 taps from the 16 vectors of one input channel and some output channels.</summary>
    internal static void TransformWeightGradient(ReadOnlySpan<Vector<float>> du, Span<Vector<float>> dg)
    {
        Span<Vector<float>> rows = stackalloc Vector<float>[12];
        var half = new Vector<float>(0.5f);
        for (int j = 0; j < 4; j++)
        {
            Vector<float> sum = du[4 + j] + du[8 + j], difference = du[4 + j] - du[8 + j];
            rows[j] = du[j] + half * sum;
            rows[4 + j] = half * difference;
            rows[8 + j] = half * sum + du[12 + j];
        }
        for (int r = 0; r < 3; r++)
        {
            Vector<float> sum = rows[4 * r + 1] + rows[4 * r + 2], difference = rows[4 * r + 1] - rows[4 * r + 2];
            dg[3 * r] = rows[4 * r] + half * sum;
            dg[3 * r + 1] = half * difference;
            dg[3 * r + 2] = half * sum + rows[4 * r + 3];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Load(float** pixels, int pixel, nint channel) => Vector.Load(pixels[pixel] + channel);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputRow(Vector<float> t0, Vector<float> t1, Vector<float> t2, Vector<float> t3, float* v, nint stride)
    {
        (t0 - t2).Store(v);
        (t1 + t2).Store(v + stride);
        (t2 - t1).Store(v + 2 * stride);
        (t1 - t3).Store(v + 3 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GradientRow(Vector<float> t0, Vector<float> t1, float* v, nint stride)
    {
        t0.Store(v);
        (t0 + t1).Store(v + stride);
        (t0 - t1).Store(v + 2 * stride);
        (-t1).Store(v + 3 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputRow(float* m, nint stride, out Vector<float> left, out Vector<float> right)
    {
        Vector<float> m1 = Vector.Load(m + stride), m2 = Vector.Load(m + 2 * stride);
        left = Vector.Load(m) + m1 + m2;
        right = m1 - m2 - Vector.Load(m + 3 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* pixel, nint channel, Vector<float> value, bool add)
    {
        if (pixel is null)
            return;
        if (add)
            value += Vector.Load(pixel + channel);
        value.Store(pixel + channel);
    }
}
