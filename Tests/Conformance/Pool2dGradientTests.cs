using ManSharp.Autograd.Ops;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class Pool2dGradientTests
{
    private static readonly Shape X = new(2, 5, 7, 3);

    [Fact]
    public void GlobalAveragePool_spreads_the_gradient()
    {
        using var check = new GradientCheck(seed: 41);
        check.Passes(
            [X], [], (tape, inputs, _) => tape.GlobalAveragePool(inputs[0]),
            operands =>
            {
                double[] y = new double[X[0] * X[3]];
                for (int i = 0; i < operands[0].Length; i++)
                    y[i / (X[1] * X[2] * X[3]) * X[3] + i % X[3]] += operands[0][i] / (X[1] * X[2]);
                return y;
            });
    }

    [Theory]
    [InlineData(2, 2, 0)]
    [InlineData(3, 1, 1)]
    [InlineData(3, 2, 1)]
    [InlineData(2, 3, 0)]
    public void AveragePool_spreads_the_gradient_over_its_windows(int window, int stride, int padding)
    {
        using var check = new GradientCheck(seed: 42);
        check.Passes(
            [X], [], (tape, inputs, _) => tape.AveragePool(inputs[0], window, stride, padding),
            operands => Pool(operands[0], window, stride, padding, values => values.Average()));
    }

    [Theory]
    [InlineData(2, 2, 0)]
    [InlineData(3, 1, 1)]
    [InlineData(3, 2, 1)]
    public void MaxPool_passes_the_gradient_to_the_greatest(int window, int stride, int padding)
    {
        using var check = new GradientCheck(seed: 43);
        check.Passes(
            [X], [], (tape, inputs, _) => tape.MaxPool(inputs[0], window, stride, padding),
            operands => Pool(operands[0], window, stride, padding, values => values.Max()));
    }

    private static double[] Pool(double[] x, int window, int stride, int padding, Func<List<double>, double> reduce)
    {
        int rows = (X[1] + 2 * padding - window) / stride + 1, columns = (X[2] + 2 * padding - window) / stride + 1;
        var y = new List<double>();
        var inside = new List<double>();
        for (int n = 0; n < X[0]; n++)
            for (int p = 0; p < rows; p++)
                for (int q = 0; q < columns; q++)
                    for (int c = 0; c < X[3]; c++)
                    {
                        inside.Clear();
                        for (int h = p * stride - padding; h < p * stride - padding + window; h++)
                            for (int w = q * stride - padding; w < q * stride - padding + window; w++)
                                if (h >= 0 && h < X[1] && w >= 0 && w < X[2])
                                    inside.Add(x[((n * X[1] + h) * X[2] + w) * X[3] + c]);
                        y.Add(reduce(inside));
                    }
        return [.. y];
    }
}
