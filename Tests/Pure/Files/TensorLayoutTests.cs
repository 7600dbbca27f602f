using ManSharp.Layers.Files;
using Xunit;

namespace ManSharp.Tests.Pure.Files;

/// <summary>Layouts against their index formulas, with all dimensions different, within and beyond a tile.</summary>
public sealed class TensorLayoutTests
{
    [Theory]
    [InlineData(2, 3, 4, 5)]
    [InlineData(35, 3, 2, 17)]
    [InlineData(16, 33, 1, 3)]
    [InlineData(1, 1, 1, 1)]
    public void Convolution_weights_turn_and_turn_back(int outputs, int inputs, int height, int width)
    {
        float[] oihw = Sequence(outputs * inputs * height * width);
        float[] hwio = Canaries(oihw.Length);
        float[] back = Canaries(oihw.Length);

        TensorLayout.OihwToHwio(oihw, hwio, outputs, inputs, height, width);
        TensorLayout.HwioToOihw(hwio, back, outputs, inputs, height, width);

        for (int o = 0; o < outputs; o++)
            for (int i = 0; i < inputs; i++)
                for (int h = 0; h < height; h++)
                    for (int w = 0; w < width; w++)
                        Assert.Equal(oihw[((o * inputs + i) * height + h) * width + w],
                            hwio[((h * width + w) * inputs + i) * outputs + o]);
        Assert.Equal(oihw, back);
    }

    [Theory]
    [InlineData(2, 3, 4, 5)]
    [InlineData(3, 35, 2, 17)]
    [InlineData(5, 3, 33, 1)]
    [InlineData(1, 1, 1, 1)]
    public void Images_turn_and_turn_back(int batch, int channels, int height, int width)
    {
        float[] nchw = Sequence(batch * channels * height * width);
        float[] nhwc = Canaries(nchw.Length);
        float[] back = Canaries(nchw.Length);

        TensorLayout.NchwToNhwc(nchw, nhwc, batch, channels, height, width);
        TensorLayout.NhwcToNchw(nhwc, back, batch, channels, height, width);

        for (int n = 0; n < batch; n++)
            for (int c = 0; c < channels; c++)
                for (int h = 0; h < height; h++)
                    for (int w = 0; w < width; w++)
                        Assert.Equal(nchw[((n * channels + c) * height + h) * width + w],
                            nhwc[((n * height + h) * width + w) * channels + c]);
        Assert.Equal(nchw, back);
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(33, 17)]
    [InlineData(1, 40)]
    public void Linear_weights_turn_and_turn_back(int outputs, int inputs)
    {
        float[] outIn = Sequence(outputs * inputs);
        float[] inOut = Canaries(outIn.Length);
        float[] back = Canaries(outIn.Length);

        TensorLayout.OutInToInOut(outIn, inOut, outputs, inputs);
        TensorLayout.InOutToOutIn(inOut, back, outputs, inputs);

        for (int o = 0; o < outputs; o++)
            for (int i = 0; i < inputs; i++)
                Assert.Equal(outIn[o * inputs + i], inOut[i * outputs + o]);
        Assert.Equal(outIn, back);
    }

    [Fact]
    public void Empty_tensors_are_turned_into_empty_tensors()
    {
        TensorLayout.OihwToHwio([], [], 0, int.MaxValue, 3, int.MaxValue);
        TensorLayout.HwioToOihw([], [], 2, 3, 0, 4);
        TensorLayout.NchwToNhwc([], [], 2, 0, 3, 4);
        TensorLayout.NhwcToNchw([], [], 2, 3, 4, 0);
        TensorLayout.OutInToInOut([], [], 0, 4);
        TensorLayout.InOutToOutIn([], [], 0, 4);
    }

    [Fact]
    public void Wrong_dimensions_and_lengths_are_named()
    {
        Assert.Contains("OihwToHwio: source and destination must have as many values as [O=2, I=3, H=4, W=5], "
            + "dimensions from 0. Got: source 119, destination 120, product 120.",
            Assert.Throws<ArgumentException>(() =>
                TensorLayout.OihwToHwio(new float[119], new float[120], 2, 3, 4, 5)).Message);
        Assert.Contains("source 6, destination 7, product 6", Assert.Throws<ArgumentException>(() =>
            TensorLayout.OutInToInOut(new float[6], new float[7], 2, 3)).Message);
        Assert.Contains("[N=-2, C=3, H=-1, W=5]", Assert.Throws<ArgumentException>(() =>
            TensorLayout.NchwToNhwc(new float[30], new float[30], -2, 3, -1, 5)).Message);
        Assert.Contains("product 18446744073709551616", Assert.Throws<ArgumentException>(() =>
            TensorLayout.NhwcToNchw([], [], 65536, 65536, 65536, 65536)).Message);
    }

    [Fact]
    public void Overlapping_memory_is_refused()
    {
        float[] values = new float[9];

        Assert.Contains("must not overlap. Got: 6 values", Assert.Throws<ArgumentException>(() =>
            TensorLayout.InOutToOutIn(values.AsSpan(0, 6), values.AsSpan(3, 6), 2, 3)).Message);
    }

    private static float[] Sequence(int count) => [.. Enumerable.Range(1, count).Select(value => (float)value)];

    private static float[] Canaries(int count)
    {
        float[] values = new float[count];
        Array.Fill(values, float.NaN);
        return values;
    }
}
