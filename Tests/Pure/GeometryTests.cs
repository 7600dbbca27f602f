using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using Xunit;

namespace ManSharp.Tests.Pure;

/// <summary>Output sizes, and the numbers in each refusal.</summary>
public sealed class GeometryTests
{
    private static readonly Shape Images = new(8, 32, 30, 16);

    [Fact]
    public void Conv2d_computes_the_output()
    {
        var g = Conv2dGeometry.Create(Images, new Shape(3, 5, 16, 24), 2, 1);
        Assert.Equal(new Shape(8, 16, 14, 24), g.Output);
        Assert.Equal(Images, g.Input);
        Assert.Equal(new Shape(3, 5, 16, 24), g.Weight);
        Assert.Equal(2.0 * 8 * 16 * 14 * 24 * 3 * 5 * 16, g.Flops);
        Assert.Equal(g, Conv2dGeometry.Create(Images, new Shape(3, 5, 16, 24), 2, 1));
    }

    [Fact]
    public void Conv2d_refuses_other_ranks() =>
        Refuses(() => Conv2dGeometry.Create(new Shape(8, 32), new Shape(3, 3, 16, 32), 1, 1), "Conv2d", "[8, 32]",
            "[3, 3, 16, 32]");

    [Fact]
    public void Conv2d_refuses_other_channels() =>
        Refuses(() => Conv2dGeometry.Create(Images, new Shape(3, 5, 4, 24), 1, 1),
            "x [N=8, H=32, W=30, C=16]", "w [R=3, S=5, C=4, K=24]", "Give w C=16");

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-2, 1)]
    [InlineData(1, -3)]
    public void Conv2d_refuses_strides_and_paddings(int stride, int padding) =>
        Refuses(() => Conv2dGeometry.Create(Images, new Shape(3, 3, 16, 24), stride, padding), $"stride {stride}",
            $"padding {padding}");

    [Fact]
    public void Conv2d_refuses_kernels_that_do_not_fit() =>
        Refuses(() => Conv2dGeometry.Create(Images, new Shape(3, 33, 16, 24), 1, 1), "H=32", "W=30", "padding 1",
            "R=3", "S=33");

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Gemm_computes_the_output(bool transposeA, bool transposeB)
    {
        var g = GemmGeometry.Create(
            transposeA ? new Shape(5, 3) : new Shape(3, 5), transposeB ? new Shape(7, 5) : new Shape(5, 7), transposeA,
            transposeB);
        Assert.Equal(new Shape(3, 7), g.Output);
        Assert.Equal(5, g.K);
    }

    [Fact]
    public void Gemm_refuses_other_ranks() =>
        Refuses(() => GemmGeometry.Create(new Shape(3), new Shape(5, 7)), "Gemm", "a [3]", "b [5, 7]");

    [Fact]
    public void Gemm_refuses_inner_lengths_that_differ()
    {
        Refuses(() => GemmGeometry.Create(new Shape(3, 5), new Shape(6, 7)), "a [3, 5] with K=5", "b [6, 7] with K=6");
        Refuses(() => GemmGeometry.Create(new Shape(3, 5), new Shape(6, 7), true, true),
            "a [3, 5] transposed with K=3", "b [6, 7] transposed with K=7");
    }

    [Fact]
    public void Pool2d_computes_the_output()
    {
        var g = PoolGeometry.Create(Images, 3, 2, 2, 1);
        Assert.Equal(new Shape(8, 16, 16, 16), g.Output);
        Assert.Equal(Images, g.Input);
    }

    [Fact]
    public void Pool2d_refuses_other_ranks() =>
        Refuses(() => PoolGeometry.Create(new Shape(4, 9), 2, 2, 2, 0), "Pool2d", "[4, 9]");

    [Theory]
    [InlineData(0, 2, 1, 0)]
    [InlineData(2, 2, 0, 0)]
    [InlineData(2, 2, 1, -1)]
    [InlineData(3, 3, 1, 2)]
    [InlineData(33, 2, 1, 0)]
    public void Pool2d_refuses_windows(int height, int width, int stride, int padding) =>
        Refuses(() => PoolGeometry.Create(Images, height, width, stride, padding),
            "[8, 32, 30, 16]", $"window {height}x{width}", $"stride {stride}", $"padding {padding}");

    [Fact]
    public void Resize_computes_the_output()
    {
        var g = ResizeGeometry.Create(Images, 7, 9);
        Assert.Equal(new Shape(8, 7, 9, 16), g.Output);
        Assert.Equal(Images, g.Input);
    }

    [Fact]
    public void Resize_refuses_ranks_and_sizes()
    {
        Refuses(() => ResizeGeometry.Create(new Shape(4, 9), 2, 3), "Resize", "[4, 9]", "height 2", "width 3");
        Refuses(() => ResizeGeometry.Create(Images, 0, 3), "[8, 32, 30, 16]", "height 0", "width 3");
    }

    [Fact]
    public void Shape_refuses_empty_and_huge()
    {
        Refuses(() => new Shape(3, 0), "[3, 0]");
        Refuses(() => new Shape(-1), "[-1]");
        Refuses(() => new Shape(65536, 256, 256, 3), "2147483647", "[65536, 256, 256, 3]");
    }

    private static void Refuses<T>(Func<T> create, params string[] parts)
    {
        var error = Assert.Throws<ShapeException>(() => { create(); });
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }
}
