using ManSharp.Autograd.Ops;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class Conv2dGradientTests
{
    [Theory]
    [InlineData(3, 3, 1, 1, false)]
    [InlineData(3, 3, 1, 1, true)]
    [InlineData(3, 3, 2, 1, false)]
    [InlineData(1, 1, 1, 0, true)]
    [InlineData(1, 1, 2, 0, false)]
    [InlineData(2, 3, 3, 2, true)]
    public void Conv2d_has_the_gradients_of_its_sum(int height, int width, int stride, int padding, bool bias)
    {
        using var check = new GradientCheck(seed: 11);
        Shape x = new(2, 6, 5, 3), w = new(height, width, 3, 4), b = new(4);
        check.Passes(
            [x], bias ? [w, b] : [w],
            (tape, inputs, parameters) =>
                tape.Conv2d(inputs[0], parameters[0], bias ? parameters[1] : null, stride, padding),
            operands => Conv2d(x, w, operands[0], operands[1], bias ? operands[2] : new double[4], stride, padding));
    }

    [Fact]
    public void Conv2d_of_a_whole_vector_of_channels_has_them_too()
    {
        using var check = new GradientCheck(seed: 12);
        Shape x = new(1, 4, 3, 16), w = new(3, 3, 16, 17);
        check.Passes(
            [x], [w], (tape, inputs, parameters) => tape.Conv2d(inputs[0], parameters[0], null, 1, 1),
            operands => Conv2d(x, w, operands[0], operands[1], new double[17], 1, 1));
    }

    [Fact]
    public void Conv2d_of_groups_has_them_too()
    {
        using var check = new GradientCheck(seed: 13);
        Shape x = new(2, 5, 4, 6), w = new(3, 3, 3, 4);
        check.Passes(
            [x], [w], (tape, inputs, parameters) => tape.Conv2d(inputs[0], parameters[0], null, 1, 1, groups: 2),
            operands =>
            {
                // Each group by itself: its half of the image's channels and of the weights' columns.
                double[][] halves = [.. Enumerable.Range(0, 2).Select(group => Conv2d(
                    new Shape(2, 5, 4, 3), new Shape(3, 3, 3, 2), Half(operands[0], 6, group), Half(operands[1], 4, group),
                    new double[2], 1, 1))];
                return [.. Enumerable.Range(0, 2 * halves[0].Length).Select(i => halves[i % 4 / 2][i / 4 * 2 + i % 2])];
            });

        static double[] Half(double[] values, int columns, int group) =>
            [.. values.Where((_, i) => i % columns / (columns / 2) == group)];
    }

    private static double[] Conv2d(Shape x, Shape w, double[] image, double[] weight, double[] bias, int stride, int padding)
    {
        int rows = (x[1] + 2 * padding - w[0]) / stride + 1, columns = (x[2] + 2 * padding - w[1]) / stride + 1;
        double[] y = new double[x[0] * rows * columns * w[3]];
        for (int n = 0, at = 0; n < x[0]; n++)
            for (int p = 0; p < rows; p++)
                for (int q = 0; q < columns; q++)
                    for (int k = 0; k < w[3]; k++, at++)
                    {
                        y[at] = bias[k];
                        for (int r = 0; r < w[0]; r++)
                            for (int s = 0; s < w[1]; s++)
                            {
                                int row = p * stride + r - padding, column = q * stride + s - padding;
                                if (row < 0 || row >= x[1] || column < 0 || column >= x[2])
                                    continue;
                                int from = ((n * x[1] + row) * x[2] + column) * x[3], tap = (r * w[1] + s) * x[3];
                                for (int c = 0; c < x[3]; c++)
                                    y[at] += image[from + c] * weight[(tap + c) * w[3] + k];
                            }
                    }
        return y;
    }
}
