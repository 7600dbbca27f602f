using ManSharp.Tensors.Kernels;

namespace ManSharp.Tests.Reference;

/// <summary>Matrix products.</summary>
internal static class ReferenceGemm
{
    /// <summary>c[M, N] = op(a)[M, K] op(b)[K, N] + bias[N].</summary>
    internal static double[] Gemm(double[] a, double[] b, double[]? bias, GemmGeometry g)
    {
        var c = new double[g.M * g.N];
        for (int m = 0; m < g.M; m++)
            for (int n = 0; n < g.N; n++)
            {
                double sum = bias?[n] ?? 0;
                for (int k = 0; k < g.K; k++)
                    sum += (g.TransposeA ? a[k * g.M + m] : a[m * g.K + k])
                        * (g.TransposeB ? b[n * g.K + k] : b[k * g.N + n]);
                c[m * g.N + n] = sum;
            }
        return c;
    }
}
