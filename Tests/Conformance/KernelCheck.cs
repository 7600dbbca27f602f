using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using Xunit;

namespace ManSharp.Tests.Conformance;

/// <summary>
/// Runs one kernel call on every device. Destinations are slices inside larger buffers with canaries around them, full
/// of not-a-number before a call that sets, of known values before a call that adds; results are compared with the
/// reference, and bit by bit between devices of one family.
/// </summary>
internal sealed class KernelCheck(string name)
{
    // Not a multiple of any vector: slices of flat parameter buffers begin anywhere.
    private const int Margin = 13;
    private const float Canary = -98765.5f;

    private readonly List<Operand> operands = [];

    private enum Role
    {
        Input,
        Scratch,
        Output,
        Gradient,
        InPlace,
    }

    /// <summary>What the kernel does: it finds its tensors by the numbers that the operands were given.</summary>
    internal delegate void Call(IKernels kernels, Tensor[] tensors, Write write);

    /// <summary>The number of a tensor that is not there.</summary>
    internal int None() => Add(new Operand(Role.Input, default, [], null, Tolerance.Exact, "none"));

    /// <summary>A tensor that is read, and must not change.</summary>
    internal int Input(Shape shape, double[] values) =>
        Add(new Operand(Role.Input, shape, values, values, Tolerance.Exact, "input"));

    /// <summary>A tensor that is read where the values are given, else absent.</summary>
    internal int OptionalInput(Shape shape, double[]? values) => values is null ? None() : Input(shape, values);

    /// <summary>Scratch memory; none where the length is 0.</summary>
    internal int Scratch(int length) =>
        length == 0
            ? None()
            : Add(new Operand(Role.Scratch, new Shape(length), Nothing(length), null, Tolerance.Exact, "scratch"));

    /// <summary>A destination that is set whatever the write mode.</summary>
    internal int Output(Shape shape, double[] expected, Tolerance tolerance, string called = "y") =>
        Add(new Operand(Role.Output, shape, Nothing(shape.Length), expected, tolerance, called));

    /// <summary>A destination that obeys the write mode.</summary>
    internal int Gradient(Shape shape, double[] expected, Tolerance tolerance, string called = "dx") =>
        Add(new Operand(Role.Gradient, shape, Nothing(shape.Length), expected, tolerance, called));

    /// <summary>A tensor that is both read and written.</summary>
    internal int InPlace(Shape shape, double[] values, double[] expected, Tolerance tolerance, string called = "y") =>
        Add(new Operand(Role.InPlace, shape, values, expected, tolerance, called));

    /// <summary>
    /// Calls the kernel everywhere with Write.Set and, where a destination obeys the mode, with Write.Add.
    /// </summary>
    internal void Run(Call call)
    {
        Run(call, Write.Set);
        if (operands.Exists(operand => operand.Role == Role.Gradient))
            Run(call, Write.Add);
    }

    private void Run(Call call, Write write)
    {
        var first = new Dictionary<string, List<float[]>>();
        lock (TestDevices.Gate)
            foreach (TestDevice device in TestDevices.All)
            {
                List<float[]> results = RunOn(device, call, write);
                if (!first.TryAdd(device.Family, results))
                    CheckBits(device, write, first[device.Family], results);
            }
    }

    private List<float[]> RunOn(TestDevice device, Call call, Write write)
    {
        IKernels kernels = device.Device.Kernels;
        var buffers = new List<Tensor>();
        var tensors = new Tensor[operands.Count];
        var results = new List<float[]>();
        try
        {
            for (int i = 0; i < operands.Count; i++)
            {
                if (operands[i].Shape.Rank == 0)
                    continue;
                int length = operands[i].Shape.Length;
                Tensor buffer = device.Device.Rent(new Shape(length + 2 * Margin));
                buffers.Add(buffer);
                var values = new float[length + 2 * Margin];
                Array.Fill(values, Canary);
                double[] before = Before(operands[i], write);
                for (int j = 0; j < length; j++)
                    values[Margin + j] = (float)before[j];
                kernels.Upload(buffer, values);
                tensors[i] = buffer.Slice(Margin, operands[i].Shape);
            }
            long calls = kernels.Calls;
            call(kernels, tensors, write);
            Assert.True(kernels.Calls > calls, $"{name} on {device.Name}: the call was not counted.");
            int next = 0;
            foreach (Operand operand in operands)
                if (operand.Shape.Rank != 0)
                    results.Add(Read(device, buffers[next++], operand, write));
        }
        finally
        {
            buffers.ForEach(buffer => buffer.Release());
        }
        return results;
    }

    private float[] Read(TestDevice device, Tensor buffer, Operand operand, Write write)
    {
        string what = $"{name}, {operand.Called} on {device.Name}, Write.{write}";
        var values = new float[buffer.Length];
        device.Device.Kernels.Download(values, buffer);
        for (int j = 0; j < Margin; j++)
            if (values[j] != Canary || values[^(j + 1)] != Canary)
                Assert.Fail($"{what}: written outside its {operand.Shape.Length} values, within {j + 1} of an end.");
        float[] result = values[Margin..^Margin];
        if (operand.Expected is { } expected)
        {
            double[] before = Before(operand, write);
            bool adds = operand.Role == Role.Gradient && write == Write.Add;
            double[] sums = adds ? [.. expected.Select((value, j) => value + before[j])] : expected;
            Tolerance tolerance = adds && operand.Tolerance == Tolerance.Exact
                ? Tolerance.Elementwise
                : operand.Tolerance;
            tolerance.Check(what, sums, result);
        }
        return result;
    }

    // What an adding destination holds beforehand: small multiples of a quarter, other ones in neighbouring places.
    private static double[] Before(Operand operand, Write write) => operand.Role == Role.Gradient && write == Write.Add
        ? [.. Enumerable.Range(0, operand.Shape.Length).Select(j => j % 7 * 0.25 - 0.75)]
        : operand.Values;

    private void CheckBits(TestDevice device, Write write, List<float[]> expected, List<float[]> actual)
    {
        List<Operand> present = operands.FindAll(operand => operand.Shape.Rank != 0);
        for (int i = 0; i < expected.Count; i++)
            for (int j = 0; j < expected[i].Length && present[i].Role != Role.Scratch; j++)
                if (BitConverter.SingleToInt32Bits(expected[i][j]) != BitConverter.SingleToInt32Bits(actual[i][j]))
                    Assert.Fail(
                        $"{name}, {present[i].Called}, Write.{write}: value {j} must not depend on the threads. "
                        + $"Got {expected[i][j]:R} with one, {actual[i][j]:R} on {device.Name}.");
    }

    private static double[] Nothing(int length)
    {
        var values = new double[length];
        Array.Fill(values, double.NaN);
        return values;
    }

    private int Add(Operand operand)
    {
        operands.Add(operand);
        return operands.Count - 1;
    }

    private sealed record Operand(
        Role Role, Shape Shape, double[] Values, double[]? Expected, Tolerance Tolerance, string Called);
}
