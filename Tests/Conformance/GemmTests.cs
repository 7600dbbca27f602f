using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using ManSharp.Tests.Reference;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class GemmTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 5, 7)]
    [InlineData(2, 17, 1)]
    [InlineData(1, 9, 33)]
    [InlineData(13, 1, 8)]
    [InlineData(8, 16, 32)]
    [InlineData(31, 10, 65)]
    [InlineData(33, 40, 17)]
    [InlineData(129, 67, 71)]
    [InlineData(257, 128, 64)]
    [InlineData(64, 10, 1031)]
    [InlineData(300, 301, 129)]
    public void Products_in_all_four_orders(int m, int n, int k)
    {
        var values = new TestValues(m * 10_000 + n * 100 + k);
        double[] left = values.Normal(m * k), right = values.Normal(k * n), offsets = values.Normal(n);
        for (int order = 0; order < 8; order++)
        {
            bool transposeA = (order & 1) != 0, transposeB = (order & 2) != 0;
            double[]? bias = (order & 4) != 0 ? offsets : null;
            var shapeA = transposeA ? new Shape(k, m) : new Shape(m, k);
            var shapeB = transposeB ? new Shape(n, k) : new Shape(k, n);
            var geometry = GemmGeometry.Create(shapeA, shapeB, transposeA, transposeB);
            var check = new KernelCheck($"Gemm {geometry}, bias {bias is not null}");
            int a = check.Input(shapeA, left);
            int b = check.Input(shapeB, right);
            int scratch = check.Scratch(Scratch(geometry));
            int added = check.OptionalInput(new Shape(n), bias);
            int c = check.Gradient(geometry.Output, ReferenceGemm.Gemm(left, right, bias, geometry), Tolerance.Sum,
                "c");
            check.Run((kernels, t, write) => kernels.Gemm(t[c], t[scratch], t[a], t[b], t[added], geometry, write));
        }
    }

    // The most that any device wants, so that one buffer serves all.
    private static int Scratch(GemmGeometry geometry)
    {
        lock (TestDevices.Gate)
            return TestDevices.All.Max(device => device.Device.Kernels.GemmScratch(geometry));
    }
}
