using ManSharp.Autograd.Ops;
using ManSharp.Tensors;
using ManSharp.Tensors.Kernels.Operations;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class ElementwiseGradientTests
{
    // 120 values: whole vectors and a tail on every machine.
    private static readonly Shape Values = new(2, 4, 5, 3);

    [Fact]
    public void Relu_has_the_gradient_of_the_greater()
    {
        using var check = new GradientCheck(seed: 31);
        check.Passes(
            [Values], [], (tape, inputs, _) => tape.Relu(inputs[0]), operands => [.. operands[0].Select(x => Math.Max(x, 0))]);
    }

    [Fact]
    public void Sigmoid_has_its_gradient()
    {
        using var check = new GradientCheck(seed: 32);
        check.Passes(
            [Values], [], (tape, inputs, _) => tape.Unary<Sigmoid>(inputs[0]),
            operands => [.. operands[0].Select(x => 1 / (1 + Math.Exp(-x)))]);
    }

    [Fact]
    public void Add_passes_the_gradient_to_both()
    {
        using var check = new GradientCheck(seed: 33);
        check.Passes(
            [Values, Values], [], (tape, inputs, _) => tape.Add(inputs[0], inputs[1]),
            operands => [.. operands[0].Zip(operands[1], (a, b) => a + b)]);
    }

    [Fact]
    public void Add_of_a_value_to_itself_passes_the_gradient_twice()
    {
        using var check = new GradientCheck(seed: 34);
        check.Passes(
            [Values], [], (tape, inputs, _) => tape.Add(inputs[0], inputs[0]), operands => [.. operands[0].Select(a => 2 * a)]);
    }

    [Fact]
    public void Scale_scales_the_gradient()
    {
        using var check = new GradientCheck(seed: 35);
        check.Passes(
            [Values], [], (tape, inputs, _) => tape.Scale(inputs[0], -1.75f), operands => [.. operands[0].Select(x => -1.75 * x)]);
    }

    [Fact]
    public void WeightedSum_weighs_the_gradients()
    {
        using var check = new GradientCheck(seed: 36);
        check.Passes(
            [Values, Values], [], (tape, inputs, _) => tape.WeightedSum(inputs[0], 5, inputs[1], -0.5f),
            operands => [.. operands[0].Zip(operands[1], (a, b) => 5 * a - 0.5 * b)]);
    }
}
