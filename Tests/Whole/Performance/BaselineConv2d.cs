using System.Numerics;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tests.Whole.Performance;

/// <summary>
/// The fixed measure that the engine's speed is compared with: a convolution over a padded NHWC image as one would first
/// write it with <see cref="Vector{T}"/>, four output vectors of one pixel at a time, one thread. <b>Frozen</b>: whoever
/// changes it changes what <see cref="RatioTests"/> mean.
/// </summary>
internal static class BaselineConv2d
{
    private const int Vectors = 4;

    /// <summary>The channels that <see cref="Forward"/> wants its outputs to be a multiple of.</summary>
    internal static int OutputStep => Vectors * Vector<float>.Count;

    /// <summary>y = x * w, stride 1; x is padded already: [N, H + 2 padding, W + 2 padding, C].</summary>
    internal static void Forward(float[] y, float[] padded, float[] w, Conv2dGeometry g)
    {
        int lanes = Vector<float>.Count, paddedWidth = g.W + 2 * g.Padding, paddedHeight = g.H + 2 * g.Padding;
        for (int n = 0; n < g.N; n++)
            for (int p = 0; p < g.P; p++)
                for (int q = 0; q < g.Q; q++)
                    for (int k = 0; k < g.K; k += Vectors * lanes)
                    {
                        Vector<float> a = Vector<float>.Zero, b = a, c = a, d = a;
                        for (int r = 0; r < g.R; r++)
                        {
                            int from = ((n * paddedHeight + p + r) * paddedWidth + q) * g.C;
                            ReadOnlySpan<float> window = padded.AsSpan(from, g.S * g.C);
                            ReadOnlySpan<float> weights = w.AsSpan(r * g.S * g.C * g.K + k);
                            for (int i = 0; i < window.Length; i++)
                            {
                                var value = new Vector<float>(window[i]);
                                ReadOnlySpan<float> row = weights.Slice(i * g.K, Vectors * lanes);
                                a += value * new Vector<float>(row);
                                b += value * new Vector<float>(row[lanes..]);
                                c += value * new Vector<float>(row[(2 * lanes)..]);
                                d += value * new Vector<float>(row[(3 * lanes)..]);
                            }
                        }
                        Span<float> output = y.AsSpan(((n * g.P + p) * g.Q + q) * g.K + k);
                        a.CopyTo(output);
                        b.CopyTo(output[lanes..]);
                        c.CopyTo(output[(2 * lanes)..]);
                        d.CopyTo(output[(3 * lanes)..]);
                    }
    }
}
