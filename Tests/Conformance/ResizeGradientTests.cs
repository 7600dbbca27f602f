using ManSharp.Autograd.Ops;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class ResizeGradientTests
{
    [Theory]
    [InlineData(3, 4, 7, 9)]
    [InlineData(4, 3, 8, 6)]
    [InlineData(7, 6, 4, 5)]
    [InlineData(1, 2, 5, 3)]
    [InlineData(3, 5, 1, 2)]
    public void ResizeBilinear_has_the_transposed_gradient(int height, int width, int rows, int columns)
    {
        using var check = new GradientCheck(seed: 51);
        Shape x = new(2, height, width, 3);
        check.Passes(
            [x], [], (tape, inputs, _) => tape.ResizeBilinear(inputs[0], rows, columns),
            operands =>
            {
                var y = new List<double>();
                for (int n = 0; n < x[0]; n++)
                    for (int p = 0; p < rows; p++)
                        for (int q = 0; q < columns; q++)
                            for (int c = 0; c < x[3]; c++)
                            {
                                double sum = 0;
                                foreach ((int row, double rowShare) in Neighbours(p, height, rows))
                                    foreach ((int column, double columnShare) in Neighbours(q, width, columns))
                                        sum += rowShare * columnShare * operands[0][((n * height + row) * width + column) * x[3] + c];
                                y.Add(sum);
                            }
                return [.. y];
            });
    }

    private static (int Place, double Share)[] Neighbours(int place, int from, int to)
    {
        double at = to == 1 ? 0 : (double)place * (from - 1) / (to - 1);
        int low = Math.Min((int)at, from - 1), high = Math.Min(low + 1, from - 1);
        return [(low, 1 - (at - low)), (high, at - low)];
    }
}
