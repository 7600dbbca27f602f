using System.Numerics;
using System.Runtime.CompilerServices;

namespace ManSharp.Tensors.Cpu.Convolution;

/// <summary>
/// The transforms of F(4, 3) along rows: four neighbouring outputs of one row of a three-tap kernel are y = A' [(G g) * (B' d)],
/// six products instead of twelve. With the points 0, +-a, +-b and infinity, a = 3/4, b = 1/a, s = a^2 + b^2:
/// B' = [1 0 -s 0 1 0; 0 -b -b^2 a 1 0; 0 b -b^2 -a 1 0; 0 -a -a^2 b 1 0; 0 a -a^2 -b 1 0; 0 1 0 -s 0 1],
/// G = [1 0 0; i (1 a a^2); i (1 -a a^2); j (1 b b^2); j (1 -b b^2); 0 0 1], i = 1 / (2 a^2 (a^2 - b^2)), j = 1 / (2 b^2 (b^2 - a^2)),
/// A' = [1 1 1 1 1 0; 0 a -a b -b 0; 0 a^2 a^2 b^2 b^2 0; 0 a^3 -a^3 b^3 -b^3 1].
/// The adjoint by g is G' [(B' d) * (A dy)]. A vector holds neighbouring channels. The usual points +-1, +-2 round twice as
/// badly: over 192 products of normal values the greatest error was 9.8e-5, with these 4.3e-5.
/// <b>Source</b>: Winograd 1980; Lavin and Gray 2016, section 4.
/// </summary>
internal static unsafe class Winograd
{
    /// <summary>Places of a transformed tile.</summary>
    internal const int Places = 6;

    /// <summary>Output pixels of a tile.</summary>
    internal const int TilePixels = 4;

    /// <summary>Taps of a kernel's row.</summary>
    internal const int Taps = 3;

    private const float A1 = 0.75f, A2 = A1 * A1, A3 = A2 * A1;
    private const float B1 = (float)(4.0 / 3), B2 = (float)(16.0 / 9), B3 = (float)(64.0 / 27), S = (float)(9.0 / 16 + 16.0 / 9);
    private const float I = (float)(0.5 / (9.0 / 16 * (9.0 / 16 - 16.0 / 9))), J = (float)(0.5 / (16.0 / 9 * (16.0 / 9 - 9.0 / 16)));

    /// <summary>v[place] = (B' d)[place] for every channel.</summary>
    /// <param name="d">The addresses of six neighbouring pixels.</param>
    /// <param name="v">The first place.</param>
    /// <param name="placeStride">Values from one place to the next.</param>
    /// <param name="channels">A multiple of the vector's lanes.</param>
    internal static void TransformInput(float** d, float* v, nint placeStride, int channels)
    {
        float* d0 = d[0], d1 = d[1], d2 = d[2], d3 = d[3], d4 = d[4], d5 = d[5];
        for (nint c = 0; c < channels; c += Vector<float>.Count)
        {
            Vector<float> x1 = Vector.Load(d1 + c), x2 = Vector.Load(d2 + c), x3 = Vector.Load(d3 + c), x4 = Vector.Load(d4 + c);
            float* to = v + c;
            (Scaled(x2, -S, x4) + Vector.Load(d0 + c)).Store(to);
            Vector<float> even = Scaled(x2, -B2, x4), odd = Scaled(x1, -B1, x3 * A1);
            (even + odd).Store(to + placeStride);
            (even - odd).Store(to + 2 * placeStride);
            even = Scaled(x2, -A2, x4);
            odd = Scaled(x1, -A1, x3 * B1);
            (even + odd).Store(to + 3 * placeStride);
            (even - odd).Store(to + 4 * placeStride);
            (Scaled(x3, -S, x1) + Vector.Load(d5 + c)).Store(to + 5 * placeStride);
        }
    }

    /// <summary>d[place] = (A dy)[place] for every channel.</summary>
    /// <param name="dy">The addresses of four neighbouring pixels.</param>
    /// <param name="d">The first place.</param>
    /// <param name="placeStride">Values from one place to the next.</param>
    /// <param name="channels">A multiple of the vector's lanes.</param>
    internal static void TransformOutputGradient(float** dy, float* d, nint placeStride, int channels)
    {
        float* dy0 = dy[0], dy1 = dy[1], dy2 = dy[2], dy3 = dy[3];
        for (nint c = 0; c < channels; c += Vector<float>.Count)
        {
            Vector<float> y0 = Vector.Load(dy0 + c), y1 = Vector.Load(dy1 + c), y2 = Vector.Load(dy2 + c), y3 = Vector.Load(dy3 + c);
            float* to = d + c;
            y0.Store(to);
            Vector<float> even = Scaled(y2, A2, y0), odd = Scaled(y3, A3, y1 * A1);
            (even + odd).Store(to + placeStride);
            (even - odd).Store(to + 2 * placeStride);
            even = Scaled(y2, B2, y0);
            odd = Scaled(y3, B3, y1 * B1);
            (even + odd).Store(to + 3 * placeStride);
            (even - odd).Store(to + 4 * placeStride);
            y3.Store(to + 5 * placeStride);
        }
    }

    /// <summary>y (+)= bias + A' m for every channel, into the first of four neighbouring pixels.</summary>
    /// <param name="y">The first pixel; the next is <paramref name="channels"/> values on.</param>
    /// <param name="pixels">Pixels to write: less than four at the right edge.</param>
    /// <param name="m">The first place.</param>
    /// <param name="placeStride">Values from one place to the next.</param>
    /// <param name="channels">A multiple of the vector's lanes.</param>
    /// <param name="bias">One value a channel, or null.</param>
    /// <param name="add">Add to y instead of setting it.</param>
    internal static void TransformOutput(
        float* y, int pixels, float* m, nint placeStride, int channels, float* bias, bool add)
    {
        for (nint c = 0; c < channels; c += Vector<float>.Count, y += Vector<float>.Count)
        {
            float* from = m + c;
            Vector<float> m1 = Vector.Load(from + placeStride), m2 = Vector.Load(from + 2 * placeStride);
            Vector<float> m3 = Vector.Load(from + 3 * placeStride), m4 = Vector.Load(from + 4 * placeStride);
            Vector<float> sum1 = m1 + m2, difference1 = m1 - m2, sum2 = m3 + m4, difference2 = m3 - m4;
            Vector<float> y0 = Vector.Load(from) + sum1 + sum2, y1 = Scaled(difference1, A1, difference2 * B1);
            Vector<float> y2 = Scaled(sum1, A2, sum2 * B2);
            Vector<float> y3 = Scaled(difference1, A3, Scaled(difference2, B3, Vector.Load(from + 5 * placeStride)));
            if (bias is not null)
            {
                Vector<float> offset = Vector.Load(bias + c);
                y0 += offset;
                y1 += offset;
                y2 += offset;
                y3 += offset;
            }
            Store(y, y0, add);
            if (pixels > 1)
                Store(y + channels, y1, add);
            if (pixels > 2)
                Store(y + 2 * channels, y2, add);
            if (pixels > 3)
                Store(y + 3 * channels, y3, add);
        }
    }

    /// <summary>u[place, j] = (G g)[place, j] for neighbouring columns j of one row of taps g[s, j].</summary>
    internal static void TransformWeights(float* g, float* u, nint placeStride, int columns)
    {
        for (int j = 0; j < columns; j++, g++, u++)
        {
            float g0 = g[0], g1 = g[columns], g2 = g[2 * columns];
            float even = I * (g0 + A2 * g2), odd = I * A1 * g1;
            u[0] = g0;
            u[placeStride] = even + odd;
            u[2 * placeStride] = even - odd;
            even = J * (g0 + B2 * g2);
            odd = J * B1 * g1;
            u[3 * placeStride] = even + odd;
            u[4 * placeStride] = even - odd;
            u[5 * placeStride] = g2;
        }
    }

    /// <summary>dg[s] = (G' du)[s]: three taps from six places.</summary>
    internal static void TransformWeightGradient(ReadOnlySpan<Vector<float>> du, Span<Vector<float>> dg)
    {
        Vector<float> sum1 = (du[1] + du[2]) * I, difference1 = (du[1] - du[2]) * I;
        Vector<float> sum2 = (du[3] + du[4]) * J, difference2 = (du[3] - du[4]) * J;
        dg[0] = du[0] + sum1 + sum2;
        dg[1] = difference1 * A1 + difference2 * B1;
        dg[2] = du[5] + sum1 * A2 + sum2 * B2;
    }

    // a s + b
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Scaled(Vector<float> a, float s, Vector<float> b) =>
        Vector.MultiplyAddEstimate(a, new Vector<float>(s), b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* pixel, Vector<float> value, bool add)
    {
        if (add)
            value += Vector.Load(pixel);
        value.Store(pixel);
    }
}
