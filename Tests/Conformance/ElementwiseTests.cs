using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using ManSharp.Tensors.Kernels.Operations;
using ManSharp.Tests.Reference;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class ElementwiseTests
{
    // Every length of a vector's tail, and some that take many chunks.
    private static readonly int[] Lengths = [.. Enumerable.Range(1, 257), 16383, 16384, 16385, 70_001];

    [Fact]
    public void Relu_and_its_gradient() =>
        CheckUnary<Relu>(ReferenceElementwise.Relu, ReferenceElementwise.ReluDerivative, Tolerance.Exact);

    [Fact]
    public void Sigmoid_and_its_gradient() =>
        CheckUnary<Sigmoid>(ReferenceElementwise.Sigmoid, ReferenceElementwise.SigmoidDerivative,
            Tolerance.Transcendental);

    [Fact]
    public void Add_of_two() => CheckBinary<Add>((a, b) => a + b);

    [Fact]
    public void Subtract_of_two() => CheckBinary<Subtract>((a, b) => a - b);

    [Fact]
    public void Multiply_of_two() => CheckBinary<Multiply>((a, b) => a * b);

    [Fact]
    public void Scale_sets_and_adds()
    {
        foreach (int length in Lengths)
        {
            var check = new KernelCheck($"Scale [{length}]");
            double[] values = new TestValues(length).Normal(length);
            int x = check.Input(new Shape(length), values);
            int y = check.Gradient(new Shape(length), [.. values.Select(value => value * -1.5)], Tolerance.Elementwise,
                "y");
            int own = check.InPlace(new Shape(length), values, [.. values.Select(value => value * 2)], Tolerance.Exact,
                "x doubled");
            check.Run((kernels, t, write) =>
            {
                kernels.Scale(t[y], t[x], -1.5f, write);
                kernels.Scale(t[own], t[own], 1, Write.Add);
            });
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 1)]
    [InlineData(7, 3)]
    [InlineData(300, 3)]
    [InlineData(11, 12)]
    [InlineData(9, 16)]
    [InlineData(33, 17)]
    [InlineData(6, 40)]
    [InlineData(4, 131)]
    [InlineData(3, 520)]
    [InlineData(30_001, 3)]
    [InlineData(9_001, 12)]
    [InlineData(4_001, 32)]
    [InlineData(901, 131)]
    public void Affine_by_channel(int rows, int channels)
    {
        var check = new KernelCheck($"Affine [{rows}, {channels}]");
        var values = new TestValues(rows * 1000 + channels);
        double[] input = values.Normal(rows * channels), factors = values.Normal(channels),
            offsets = values.Normal(channels);
        double[] expected = ReferenceElementwise.Affine(input, factors, offsets);
        var shape = new Shape(rows, channels);
        int x = check.Input(shape, input);
        int scale = check.Input(new Shape(channels), factors);
        int shift = check.Input(new Shape(channels), offsets);
        int y = check.Output(shape, expected, Tolerance.Elementwise);
        int own = check.InPlace(shape, input, expected, Tolerance.Elementwise, "x overwritten");
        check.Run((kernels, t, _) =>
        {
            kernels.Affine(t[y], t[x], t[scale], t[shift]);
            kernels.Affine(t[own], t[own], t[scale], t[shift]);
        });
    }

    private static void CheckUnary<TOperation>(Func<double, double> operation, Func<double, double> derivative,
        Tolerance tolerance)
        where TOperation : struct, IUnaryOperation
    {
        foreach (int length in Lengths)
        {
            var check = new KernelCheck($"{typeof(TOperation).Name} [{length}]");
            var values = new TestValues(length);
            var shape = new Shape(length);
            double[] input = values.Normal(length, deviation: 3), upstream = values.Normal(length);
            double[] output = ReferenceElementwise.Unary(input, operation);
            double[] gradient = ReferenceElementwise.UnaryGradient(upstream, input, derivative);
            int x = check.Input(shape, input);
            int savedY = check.Input(shape, TestValues.Round(output));
            int dy = check.Input(shape, upstream);
            int y = check.Output(shape, output, tolerance);
            int dx = check.Gradient(shape, gradient, tolerance);
            int own = check.InPlace(shape, input, output, tolerance, "x overwritten");
            int ownGradient = check.InPlace(shape, upstream, gradient, tolerance, "dy overwritten");
            check.Run((kernels, t, write) =>
            {
                kernels.Unary<TOperation>(t[y], t[x]);
                kernels.Unary<TOperation>(t[own], t[own]);
                kernels.UnaryGradient<TOperation>(t[dx], t[dy], t[x], t[savedY], write);
                kernels.UnaryGradient<TOperation>(t[ownGradient], t[ownGradient], t[x], t[savedY], Write.Set);
            });
        }
    }

    private static void CheckBinary<TOperation>(Func<double, double, double> operation)
        where TOperation : struct, IBinaryOperation
    {
        foreach (int length in Lengths)
        {
            var check = new KernelCheck($"{typeof(TOperation).Name} [{length}]");
            var values = new TestValues(length);
            var shape = new Shape(length);
            double[] left = values.Normal(length), right = values.Normal(length);
            double[] expected = ReferenceElementwise.Binary(left, right, operation);
            int a = check.Input(shape, left);
            int b = check.Input(shape, right);
            int z = check.Output(shape, expected, Tolerance.Elementwise, "z");
            int ownA = check.InPlace(shape, left, expected, Tolerance.Elementwise, "a overwritten");
            int ownB = check.InPlace(shape, right, expected, Tolerance.Elementwise, "b overwritten");
            check.Run((kernels, t, _) =>
            {
                kernels.Binary<TOperation>(t[z], t[a], t[b]);
                kernels.Binary<TOperation>(t[ownA], t[ownA], t[b]);
                kernels.Binary<TOperation>(t[ownB], t[a], t[ownB]);
            });
        }
    }
}
