using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Layers.Modules;
using ManSharp.Layers.Training;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Conformance;

/// <summary>An operation on a tape.</summary>
internal delegate Variable TapeFunction(Tape tape, Variable[] inputs, Parameter[] parameters);

/// <summary>The same function of the same operands, inputs before parameters, in double precision.</summary>
internal delegate double[] DoubleFunction(double[][] operands);

/// <summary>
/// Holds an operation's value and gradients against a naive function in double precision and its central differences.
/// The operation runs as often as its gradients can be asked for: alone; twice in frames, so that second writers add and
/// dropped values are made again; with frozen parameters; with inputs that need no gradient.
/// </summary>
internal sealed class GradientCheck(ulong seed) : IDisposable
{
    private const double Epsilon = 1e-6;
    private const double Absolute = 1e-5;
    private const double Relative = 1e-3;
    private const ulong ProjectionStream = 1000;

    private readonly List<Tensor> constants = [];

    /// <summary>The device under test.</summary>
    public Device Device { get; } = Device.Cpu(1);

    /// <summary>A tensor that takes no gradient, such as labels; released with the check.</summary>
    public Tensor Constant(Shape shape, float[] values)
    {
        constants.Add(Device.Put(shape, values));
        return constants[^1];
    }

    /// <summary>Asserts everything of an operation on random operands of the given shapes.</summary>
    public void Passes(Shape[] inputs, Shape[] parameters, TapeFunction function, DoubleFunction reference)
    {
        long live = Device.Memory.LiveBytes;
        Shape[] shapes = [.. inputs, .. parameters];
        float[][] operands = [.. shapes.Select((shape, i) => HostValues.Normal(shape.Length, seed, (ulong)i))];
        double[] values = reference(Widen(operands));
        float[] weights = HostValues.Normal(values.Length, seed, ProjectionStream);
        double[][] expected = Differences(operands, weights, reference);
        int count = inputs.Length;

        Run alone = Execute(count, shapes, operands, weights, function, new Ways());
        Close("value", values, alone.Output, 1);
        Run twice = Execute(count, shapes, operands, weights, function, new Ways { Twice = true });
        for (int i = 0; i < shapes.Length; i++)
        {
            Close($"gradient of operand {i}", expected[i], alone.Gradients[i], 1);
            Close($"gradient of operand {i}, used twice", expected[i], twice.Gradients[i], 1.5);
        }
        if (parameters.Length > 0)
        {
            Run frozen = Execute(count, shapes, operands, weights, function, new Ways { Frozen = true });
            Assert.Equal(alone.Gradients[..count], frozen.Gradients[..count]);
            Assert.All(frozen.Gradients[count..], Assert.Empty);
            Run constant = Execute(count, shapes, operands, weights, function, new Ways { ConstantInputs = true });
            Assert.Equal(alone.Gradients[count..], constant.Gradients[count..]);
            Assert.All(constant.Gradients[..count], Assert.Empty);
        }
        Assert.Equal(live, Device.Memory.LiveBytes);
    }

    public void Dispose()
    {
        foreach (Tensor constant in constants)
            constant.Release();
        Device.Dispose();
    }

    private Run Execute(int inputCount, Shape[] shapes, float[][] operands, float[] weights, TapeFunction function, Ways ways)
    {
        Tensor[] values = [.. shapes.Take(inputCount).Select((shape, i) => Device.Put(shape, operands[i]))];
        Parameter[] parameters = [.. shapes.Skip(inputCount).Select(shape => new Parameter(shape))];
        using ParameterBuffer? buffer = Buffer(parameters, operands.AsSpan(inputCount));
        if (!ways.Frozen)
            buffer?.BeginGradients();

        using var tape = new Tape(Device, TapeMode.Training);
        Variable[] inputs = [.. values.Select(value => tape.Input(value, !ways.ConstantInputs))];
        Variable output = Framed(tape, inputs, parameters, function);
        Tensor projection = Device.Put(output.Shape, weights);
        float[] result = Device.Values(tape.ValueOf(output));
        Variable loss = tape.Project(output, projection);
        if (ways.Twice)
            loss = tape.WeightedSum(loss, 1, tape.Project(Framed(tape, inputs, parameters, function), projection), 0.5f);
        tape.Backward(loss);

        float[][] gradients =
        [
            .. inputs.Select(input => ways.ConstantInputs ? [] : Device.Values(tape.GradientOf(input))),
            .. parameters.Select(parameter => Device.Values(parameter.Gradient)),
        ];
        tape.Reset();
        projection.Release();
        foreach (Tensor value in values)
            value.Release();
        return new Run(result, gradients);
    }

    private ParameterBuffer? Buffer(Parameter[] parameters, ReadOnlySpan<float[]> values)
    {
        if (parameters.Length == 0)
            return null;
        var declaration = new Declaration();
        for (int i = 0; i < parameters.Length; i++)
            declaration.Parameter($"p{i}", parameters[i], Initialization.Constant(0));
        var buffer = new ParameterBuffer(Device, declaration);
        for (int i = 0; i < parameters.Length; i++)
            Device.Kernels.Upload(parameters[i].Value, values[i]);
        return buffer;
    }

    private static Variable Framed(Tape tape, Variable[] inputs, Parameter[] parameters, TapeFunction function)
    {
        using Tape.Frame frame = tape.OpenFrame();
        return frame.Return(function(tape, inputs, parameters));
    }

    // d loss / d operand, the loss being the projected output, by central differences in double precision.
    private static double[][] Differences(float[][] operands, float[] weights, DoubleFunction reference)
    {
        double[][] at = Widen(operands), gradients = Widen(operands);
        double Loss() => reference(at).Zip(weights, (y, w) => y * w).Sum();
        for (int i = 0; i < at.Length; i++)
            for (int j = 0; j < at[i].Length; j++)
            {
                double middle = at[i][j];
                at[i][j] = middle + Epsilon;
                double above = Loss();
                at[i][j] = middle - Epsilon;
                gradients[i][j] = (above - Loss()) / (2 * Epsilon);
                at[i][j] = middle;
            }
        return gradients;
    }

    private static double[][] Widen(float[][] operands) =>
        [.. operands.Select(operand => operand.Select(value => (double)value).ToArray())];

    private void Close(string what, double[] expected, float[] actual, double factor)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < actual.Length; i++)
        {
            double wanted = factor * expected[i];
            // Written so that what is not a number fails.
            Assert.True(
                Math.Abs(actual[i] - wanted) <= Absolute + Relative * Math.Abs(wanted),
                $"{what} at {i} (seed {seed}): expected {wanted:R}, got {actual[i]:R}");
        }
    }

    private readonly record struct Ways(bool Twice, bool Frozen, bool ConstantInputs);

    private sealed record Run(float[] Output, float[][] Gradients);
}
