using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Pure.Autograd;

/// <summary>Where gradients go, whose memory they take, and what a step allocates.</summary>
public sealed class TapeGradientTests() : TapeTest(Device.Cpu(1))
{
    [Fact]
    public void A_variable_that_is_used_twice_gathers_both_gradients()
    {
        Tensor x = Rent(X, 1), weights = Rent(X, 2);
        using var tape = new Tape(Device, TapeMode.Training);
        Variable input = tape.Input(x, needsGradient: true);
        tape.Backward(tape.Project(tape.WeightedSum(tape.Scale(input, 2), 4, tape.Scale(input, -0.5f), 2), weights));
        Assert.Equal(Device.Values(weights).Select(weight => 7 * weight), Device.Values(tape.GradientOf(input)));
    }

    [Fact]
    public void Both_ends_of_an_addition_take_the_gradient()
    {
        Tensor weights = Rent(X, 2);
        using var tape = new Tape(Device, TapeMode.Training);
        Variable a = tape.Input(Rent(X, 1), needsGradient: true), b = tape.Input(Rent(X, 3), needsGradient: true);
        tape.Backward(tape.Project(tape.Add(a, b), weights));
        Assert.Equal(Device.Values(weights), Device.Values(tape.GradientOf(a)));
        Assert.Equal(Device.Values(weights), Device.Values(tape.GradientOf(b)));
    }

    [Fact]
    public void An_addition_hands_its_memory_to_an_end_that_has_no_gradient_yet()
    {
        Tensor weights = Rent(X, 2);
        using var tape = new Tape(Device, TapeMode.Training);
        Variable a = tape.Input(Rent(X, 1)), b = tape.Input(Rent(X, 3), needsGradient: true);
        Variable loss = tape.Project(tape.Add(a, b), weights);
        Device.Memory.ResetPeak();
        long live = Device.Memory.LiveBytes;
        tape.Backward(loss);
        // One gradient of X's size and the loss's: the input's gradient is the sum's own memory.
        Assert.Equal(live + X.Bytes + 64, Device.Memory.PeakBytes);
        Assert.Equal(Device.Values(weights), Device.Values(tape.GradientOf(b)));
    }

    [Fact]
    public void An_addition_adds_to_an_end_that_has_a_gradient_already()
    {
        Tensor weights = Rent(X, 2);
        using var tape = new Tape(Device, TapeMode.Training);
        Variable a = tape.Input(Rent(X, 1), needsGradient: true), b = tape.Input(Rent(X, 3), needsGradient: true);
        Variable sum = tape.Add(a, b), later = tape.Scale(b, 3);
        tape.Backward(tape.Project(tape.Add(sum, later), weights));
        Assert.Equal(Device.Values(weights), Device.Values(tape.GradientOf(a)));
        Assert.Equal(Device.Values(weights).Select(weight => 3 * weight + weight), Device.Values(tape.GradientOf(b)));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void A_batch_norm_writes_in_place_only_where_nothing_waits(bool residual, bool elsewhere)
    {
        Tensor x = Rent(X, 1), r = Rent(X, 3), weights = Rent(X, 2);
        Norm norm = NewNorm();
        float[] alone = Gradient(elsewhere: false), both = Gradient(elsewhere);
        float[] expected = elsewhere ? [.. alone.Zip(Device.Values(weights), (g, w) => g + 2 * w)] : alone;
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], both[i], 1e-6f);

        // x's gradient, where x is also used after the batch norm (its adjoint runs first), or is not.
        float[] Gradient(bool elsewhere)
        {
            using var tape = new Tape(Device, TapeMode.Training);
            Variable input = tape.Input(x, needsGradient: true);
            Variable y = norm.Apply(tape, input, residual ? tape.Input(r, needsGradient: true) : Variable.None);
            Variable loss = tape.Project(y, weights);
            if (elsewhere)
                loss = tape.Add(loss, tape.Project(tape.Scale(input, 2), weights));
            tape.Backward(loss);
            return Device.Values(tape.GradientOf(input));
        }
    }

    [Fact]
    public void A_frozen_parameter_lets_the_gradient_through_and_takes_none()
    {
        Tensor weights = Rent(new Shape(2, 8), 2);
        var weight = new Parameter(new Shape(16, 8));
        weight.Bind(Rent(weight.Shape, 4));
        Norm norm = NewNorm();
        using var tape = new Tape(Device, TapeMode.Training);
        Variable x = tape.Input(Rent(X, 1), needsGradient: true);
        Variable y = tape.Linear(tape.GlobalAveragePool(norm.Apply(tape, x, relu: false)), weight, null);
        tape.Backward(tape.Project(y, weights));
        Assert.Contains(Device.Values(tape.GradientOf(x)), value => value != 0);
        Assert.False(weight.Trains);
        Assert.False(weight.GradientWritten);
        Assert.True(norm.Gamma.Gradient.IsNone && norm.Beta.Gradient.IsNone);
    }

    [Fact]
    public void A_branch_that_the_loss_does_not_read_takes_no_gradient()
    {
        Tensor weights = Rent(X, 2);
        using var tape = new Tape(Device, TapeMode.Training);
        Variable x = tape.Input(Rent(X, 1), needsGradient: true), unread = tape.Input(Rent(X, 3), needsGradient: true);
        Variable loss = tape.Project(tape.Relu(x), weights);
        tape.Relu(unread);
        tape.Backward(loss);
        Assert.Contains(Device.Values(tape.GradientOf(x)), value => value != 0);
        var error = Assert.Throws<TapeException>(() => tape.GradientOf(unread));
        Assert.Contains("[2, 3, 4, 16]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_that_repeats_the_last_one_allocates_nothing()
    {
        Tensor x = Rent(X, 1), weights = Rent(new Shape(16), 2).Slice(0, new Shape(2, 8));
        Tensor labels = Device.Put(new Shape(2), [3, 5]);
        var weight = new Parameter(new Shape(16, 8));
        weight.Bind(Rent(weight.Shape, 4));
        weight.BeginGradient(Rent(weight.Shape, 5));
        Norm norm = NewNorm();
        using var tape = new Tape(Device, TapeMode.Training);
        for (int i = 0; i < 2; i++)
            Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 3; i++)
            Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        labels.Release();

        void Step()
        {
            Variable input = tape.Input(x, needsGradient: true), y;
            using (Tape.Frame frame = tape.OpenFrame())
            {
                Variable normalized = norm.Apply(tape, input);
                Variable sum = tape.Add(tape.Relu(normalized), tape.Scale(normalized, 2));
                y = frame.Return(tape.GlobalAveragePool(tape.MaxPool(tape.ResizeBilinear(sum, 5, 6), 2, 2)));
            }
            Variable logits = tape.Linear(y, weight, null);
            Variable loss = tape.WeightedSum(
                tape.SoftmaxCrossEntropy(logits, labels), 1, tape.SupervisedContrastive(logits, labels), 2);
            tape.Backward(tape.Add(loss, tape.Project(logits, weights)));
            tape.Reset();
        }
    }
}
