using ManSharp.Autograd.Ops;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class LinearGradientTests
{
    [Theory]
    [InlineData(5, 7, 3, true)]
    [InlineData(5, 7, 3, false)]
    [InlineData(2, 17, 19, true)]
    public void Linear_has_the_gradients_of_its_product(int rows, int from, int to, bool bias)
    {
        using var check = new GradientCheck(seed: 21);
        check.Passes(
            [new Shape(rows, from)], bias ? [new Shape(from, to), new Shape(to)] : [new Shape(from, to)],
            (tape, inputs, parameters) => tape.Linear(inputs[0], parameters[0], bias ? parameters[1] : null),
            operands =>
            {
                double[] y = new double[rows * to];
                for (int n = 0; n < rows; n++)
                    for (int o = 0; o < to; o++)
                    {
                        y[n * to + o] = bias ? operands[2][o] : 0;
                        for (int i = 0; i < from; i++)
                            y[n * to + o] += operands[0][n * from + i] * operands[1][i * to + o];
                    }
                return y;
            });
    }
}
