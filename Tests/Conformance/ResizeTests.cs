using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using ManSharp.Tests.Reference;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class ResizeTests
{
    [Theory]
    [InlineData(2, 3, 4, 5, 7, 9)]
    [InlineData(1, 8, 8, 16, 32, 31)]
    [InlineData(2, 5, 7, 17, 5, 7)]
    [InlineData(3, 9, 8, 3, 4, 5)]
    [InlineData(2, 1, 6, 12, 5, 3)]
    [InlineData(2, 6, 5, 40, 1, 1)]
    [InlineData(1, 1, 1, 8, 4, 3)]
    [InlineData(2, 2, 3, 1, 11, 10)]
    [InlineData(5, 16, 15, 32, 32, 33)]
    [InlineData(9, 8, 8, 108, 32, 32)]
    [InlineData(3, 40, 41, 64, 20, 13)]
    public void Bilinear_with_aligned_corners(int n, int h, int w, int c, int height, int width)
    {
        var g = ResizeGeometry.Create(new Shape(n, h, w, c), height, width);
        var values = new TestValues(n + h + w + c + height + width);
        double[] input = values.Normal(g.Input.Length), upstream = values.Normal(g.Output.Length);
        var check = new KernelCheck($"ResizeBilinear {g}");
        int x = check.Input(g.Input, input);
        int dy = check.Input(g.Output, upstream);
        int y = check.Output(g.Output, ReferenceResize.Forward(input, g), Tolerance.Elementwise);
        int dx = check.Gradient(g.Input, ReferenceResize.Gradient(upstream, g), Tolerance.Sum);
        check.Run((kernels, t, write) =>
        {
            kernels.ResizeBilinear(t[y], t[x], g);
            kernels.ResizeBilinearGradient(t[dx], t[dy], g, write);
        });
    }
}
