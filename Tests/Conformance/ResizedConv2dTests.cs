using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using ManSharp.Tests.Reference;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class ResizedConv2dTests
{
    [Theory]
    [InlineData(2, 3, 4, 5, 2, 3, 3, 7, 9)]
    [InlineData(3, 8, 8, 16, 12, 3, 3, 32, 32)]
    [InlineData(2, 5, 7, 17, 9, 5, 3, 11, 8)]
    [InlineData(1, 1, 6, 12, 3, 3, 1, 5, 13)]
    [InlineData(2, 4, 1, 6, 16, 1, 3, 4, 6)]
    [InlineData(7, 16, 15, 32, 12, 3, 3, 32, 31)]
    public void Taps_resized_shifted_and_summed(int n, int h, int w, int c, int k, int r, int s, int height, int width)
    {
        var g = ResizedConv2dGeometry.Create(new Shape(n, h, w, c), new Shape(r, s, c, k), height, width);
        var values = new TestValues(n + h + w + c + k + height + width);
        double[] tapValues = values.Normal(g.Taps.Length), upstream = values.Normal(g.Output.Length);
        double[] weights = values.Normal(g.Weight.Length), biases = values.Normal(k);
        var check = new KernelCheck($"ResizedConv2d {g}");
        int taps = check.Input(g.Taps, tapValues), dy = check.Input(g.Output, upstream);
        int weight = check.Input(g.Weight, weights), bias = check.Input(new Shape(k), biases);
        int dcolumns = check.Input(new Shape(c, g.TapChannels), ReferenceResizedConv2d.Gather(weights, g));
        int y = check.Output(g.Output, ReferenceResizedConv2d.Forward(tapValues, null, g), Tolerance.Sum);
        int biased = check.Output(g.Output, ReferenceResizedConv2d.Forward(tapValues, biases, g), Tolerance.Sum, "y with bias");
        int dtaps = check.Output(g.Taps, ReferenceResizedConv2d.Gradient(upstream, g), Tolerance.Sum, "dtaps");
        int columns = check.Output(
            new Shape(c, g.TapChannels), ReferenceResizedConv2d.Gather(weights, g), Tolerance.Exact, "columns");
        int dw = check.Gradient(g.Weight, weights, Tolerance.Exact, "dw");
        check.Run((kernels, t, write) =>
        {
            kernels.ResizeTaps(t[y], t[taps], Tensor.None, g);
            kernels.ResizeTaps(t[biased], t[taps], t[bias], g);
            kernels.ResizeTapsGradient(t[dtaps], t[dy], g);
            kernels.GatherTaps(t[columns], t[weight], g);
            kernels.ScatterTaps(t[dw], t[dcolumns], g, write);
        });
    }

    [Fact]
    public void The_taps_first_are_the_convolution_of_the_resized_image()
    {
        var g = ResizedConv2dGeometry.Create(new Shape(2, 4, 5, 6), new Shape(3, 3, 6, 2), 9, 8);
        var values = new TestValues(7);
        double[] x = values.Normal(g.Input.Length), w = values.Normal(g.Weight.Length);
        double[] resized = ReferenceResize.Forward(x, ResizeGeometry.Create(g.Input, g.P, g.Q));
        double[] expected = ReferenceConv2d.Forward(
            resized, w, null, Conv2dGeometry.Create(new Shape(2, 9, 8, 6), g.Weight, 1, 1));
        double[] taps = ReferenceGemm.Gemm(
            x, ReferenceResizedConv2d.Gather(w, g), null, GemmGeometry.Create(new Shape(g.Input.Rows, 6), new Shape(6, g.TapChannels)));
        double[] actual = ReferenceResizedConv2d.Forward(taps, null, g);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-12);
    }
}
