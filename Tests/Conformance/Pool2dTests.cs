using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using ManSharp.Tests.Reference;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class Pool2dTests
{
    [Theory]
    [InlineData(2, 5, 7, 3, 2, 2, 2, 0)]
    [InlineData(3, 6, 8, 17, 3, 3, 2, 1)]
    [InlineData(2, 7, 6, 16, 3, 2, 1, 1)]
    [InlineData(1, 9, 10, 1, 4, 5, 3, 2)]
    [InlineData(2, 8, 8, 40, 2, 2, 3, 0)]
    [InlineData(3, 4, 5, 12, 1, 1, 2, 0)]
    [InlineData(5, 31, 32, 32, 3, 3, 2, 1)]
    [InlineData(4, 64, 63, 3, 2, 2, 2, 0)]
    public void Windows(int n, int h, int w, int c, int windowHeight, int windowWidth, int stride, int padding)
    {
        var g = PoolGeometry.Create(new Shape(n, h, w, c), windowHeight, windowWidth, stride, padding);
        var values = new TestValues(n + h * 10 + w * 100 + c * 1000);
        double[] upstream = values.Normal(g.Output.Length);
        foreach (double[] input in (double[][])[values.Normal(g.Input.Length), values.Integers(g.Input.Length, 3)])
        {
            (double[] greatest, double[] chosen) = ReferencePool2d.Max(input, g);
            var check = new KernelCheck($"Pool2d {g}");
            int x = check.Input(g.Input, input);
            int dy = check.Input(g.Output, upstream);
            int savedPlaces = check.Input(g.Output, chosen);
            int average = check.Output(g.Output, ReferencePool2d.Average(input, g), Tolerance.Sum, "average");
            int max = check.Output(g.Output, greatest, Tolerance.Exact, "max");
            int places = check.Output(g.Output, chosen, Tolerance.Exact, "places");
            int averageGradient =
                check.Gradient(g.Input, ReferencePool2d.AverageGradient(upstream, g), Tolerance.Sum, "dx of average");
            int maxGradient = check.Gradient(g.Input, ReferencePool2d.MaxGradient(upstream, chosen, g), Tolerance.Sum,
                "dx of max");
            check.Run((kernels, t, write) =>
            {
                kernels.AveragePool(t[average], t[x], g);
                kernels.AveragePoolGradient(t[averageGradient], t[dy], g, write);
                kernels.MaxPool(t[max], t[places], t[x], g);
                kernels.MaxPoolGradient(t[maxGradient], t[dy], t[savedPlaces], g, write);
            });
        }
    }

    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(2, 3, 5, 7)]
    [InlineData(3, 8, 8, 64)]
    [InlineData(2, 13, 11, 17)]
    [InlineData(9, 32, 31, 12)]
    [InlineData(33, 8, 8, 128)]
    public void Whole_images(int n, int h, int w, int c)
    {
        var values = new TestValues(n + h + w + c);
        double[] input = values.Normal(n * h * w * c), upstream = values.Normal(n * c);
        var check = new KernelCheck($"GlobalAveragePool [{n}, {h}, {w}, {c}]");
        var images = new Shape(n, h, w, c);
        int x = check.Input(images, input);
        int dy = check.Input(new Shape(n, c), upstream);
        int y = check.Output(new Shape(n, c), ReferencePool2d.GlobalAverage(input, n, c), Tolerance.Sum);
        int dx = check.Gradient(images, ReferencePool2d.GlobalAverageGradient(upstream, h * w, c),
            Tolerance.Elementwise);
        check.Run((kernels, t, write) =>
        {
            kernels.GlobalAveragePool(t[y], t[x]);
            kernels.GlobalAveragePoolGradient(t[dx], t[dy], write);
        });
    }
}
