using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class MixGradientTests
{
    [Fact]
    public void Mix_has_the_gradients_of_its_sum()
    {
        using var check = new GradientCheck(seed: 91);
        Shape shape = new(2, 3, 2, 5);
        check.Passes(
            [shape, shape], [new Shape(1)], (tape, inputs, parameters) => tape.Mix(inputs[0], inputs[1], parameters[0]),
            operands => [.. operands[0].Zip(operands[1], (a, b) => operands[2][0] * a + (2 - operands[2][0]) * b)]);
    }

    [Fact]
    public void Mix_of_a_value_with_itself_doubles_it()
    {
        using var check = new GradientCheck(seed: 92);
        check.Passes(
            [new Shape(4, 3)], [new Shape(1)], (tape, inputs, parameters) => tape.Mix(inputs[0], inputs[0], parameters[0]),
            operands => [.. operands[0].Select(x => 2 * x)]);
    }

    [Fact]
    public void Flatten_has_the_gradient_of_its_values()
    {
        using var check = new GradientCheck(seed: 93);
        check.Passes([new Shape(2, 3, 2, 5)], [], (tape, inputs, _) => tape.Flatten(inputs[0]), operands => operands[0]);
    }

    [Fact]
    public void Other_shapes_are_refused()
    {
        using Device device = Device.Dry();
        using var tape = new Tape(device, TapeMode.Training);
        Variable a = tape.Input(device.Rent(new Shape(3, 2))), b = tape.Input(device.Rent(new Shape(2, 3)));
        string message = Assert.Throws<ShapeException>(() => tape.Mix(a, b, new Parameter(new Shape(1)))).Message;
        Assert.Contains("a [3, 2], b [2, 3]", message, StringComparison.Ordinal);
    }
}
