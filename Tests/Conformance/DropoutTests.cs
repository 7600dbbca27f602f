using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class DropoutTests
{
    [Theory]
    [InlineData(1, 0.5f)]
    [InlineData(97, 0.3f)]
    [InlineData(40_000, 0.9f)]
    public void Values_stay_or_go_by_their_place(int length, float probability)
    {
        double[] input = new TestValues(length).Normal(length);
        const ulong key = 0x1234_5678_9ABC_DEF1;
        double[] expected = [.. input.Select((x, i) => Stays(key, i, probability) ? x / (1 - (double)probability) : 0)];
        var check = new KernelCheck($"Dropout of {length}, {probability}");
        int x = check.Input(new Shape(length), input);
        int y = check.Gradient(new Shape(length), expected, Tolerance.Elementwise);
        check.Run((kernels, t, write) => kernels.Dropout(t[y], t[x], probability, key, write));
        if (length > 1000)
            Assert.InRange(expected.Count(value => value == 0) / (double)length, probability - 0.01, probability + 0.01);
    }

    [Fact]
    public void Its_gradient_goes_the_same_ways()
    {
        using var check = new GradientCheck(seed: 71);
        ulong key = CounterRandom.KeyOf(0, 5, 0);
        check.Passes(
            [new Shape(4, 9)], [], (tape, inputs, _) => tape.Dropout(inputs[0], 0.4f, stream: 5),
            operands => [.. operands[0].Select((x, i) => Stays(key, i, 0.4f) ? x / 0.6 : 0)]);
    }

    [Fact]
    public void Another_step_draws_other_numbers_and_evaluation_none()
    {
        using Device device = Device.Cpu(1);
        Tensor x = device.Put(new Shape(50), [.. Enumerable.Repeat(1f, 50)]);
        float[] Run(TapeMode mode, ulong seed)
        {
            using var tape = new Tape(device, mode) { Seed = seed };
            return device.Values(tape.ValueOf(tape.Dropout(tape.Input(x), 0.5f, stream: 1)));
        }
        Assert.Equal(Run(TapeMode.Training, 1), Run(TapeMode.Training, 1));
        Assert.NotEqual(Run(TapeMode.Training, 1), Run(TapeMode.Training, 2));
        Assert.All(Run(TapeMode.Evaluation, 1), value => Assert.Equal(1, value));
        x.Release();
    }

    [Theory]
    [InlineData(-0.1f)]
    [InlineData(1f)]
    [InlineData(float.NaN)]
    public void Other_probabilities_are_refused(float probability)
    {
        using Device device = Device.Dry();
        using var tape = new Tape(device, TapeMode.Training);
        Variable x = tape.Input(device.Rent(new Shape(3)));
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => tape.Dropout(x, probability, 0)).Message;
        Assert.Contains($"Got {probability}", message, StringComparison.Ordinal);
    }

    private static bool Stays(ulong key, int place, float probability) =>
        (CounterRandom.At(key, (ulong)place) >> 40) / (double)(1 << 24) >= probability;
}
