using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Pure.Autograd;

/// <summary>Mistakes in a program's use of tapes are caught, and the message has the numbers.</summary>
public sealed class TapeErrorTests : TapeTest
{
    private readonly Tape tape;

    public TapeErrorTests() : base(Device.Dry()) => tape = new Tape(Device, TapeMode.Training);

    [Fact]
    public void A_variable_of_an_earlier_step()
    {
        Variable stale = tape.Input(Rent(X, 1));
        tape.Reset();
        tape.Reset();
        Throws(() => tape.Relu(stale), "a variable of this step (2) was expected", "Got one of step 0");
    }

    [Fact]
    public void A_variable_of_another_tape()
    {
        using var other = new Tape(Device, TapeMode.Training);
        Variable x = other.Input(Rent(X, 1));
        Throws(() => tape.ValueOf(x), "Got one of another tape", "put it on this tape as an input");
    }

    [Fact]
    public void No_variable_at_all() => Throws(() => tape.ValueOf(Variable.None), "a variable was expected", "Got none");

    [Fact]
    public void A_value_whose_frame_is_closed()
    {
        Variable lost;
        using (tape.OpenFrame())
            lost = tape.Relu(tape.Input(Rent(X, 1)));
        Throws(() => tape.ValueOf(lost), "a living value was expected", "[2, 3, 4, 16], whose frame is closed");
    }

    [Fact]
    public void A_dropped_value_that_nothing_can_make_again_any_more()
    {
        Norm norm = NewNorm();
        Variable x = tape.Input(Rent(X, 1), needsGradient: true), dropped;
        using (tape.OpenFrame())
        {
            dropped = norm.Apply(tape, x);
            tape.Relu(dropped);
        }
        tape.Backward(tape.Project(tape.Relu(x), Rent(X, 2)));
        Throws(() => tape.ValueOf(dropped), "a living value was expected", "[2, 3, 4, 16]");
    }

    [Fact]
    public void Frames_that_are_closed_in_the_wrong_order()
    {
        Tape.Frame outer = tape.OpenFrame();
        tape.OpenFrame();
        Throws(outer.Dispose, "the innermost frame (2)", "Got frame 1");
    }

    [Fact]
    public void Backward_on_a_tape_that_evaluates()
    {
        using var evaluation = new Tape(Device, TapeMode.Evaluation);
        Variable loss = evaluation.Input(Rent(X, 1), needsGradient: true);
        Throws(() => evaluation.Backward(loss), "a tape for training was expected", "TapeMode.Training");
    }

    [Fact]
    public void Backward_from_many_values()
    {
        Variable y = tape.Relu(tape.Input(Rent(X, 1), needsGradient: true));
        Throws(() => tape.Backward(y), "[2, 3, 4, 16], needs gradient: True", "Reduce it to a loss");
    }

    [Fact]
    public void Backward_from_what_nothing_trains()
    {
        Variable loss = tape.Project(tape.Input(Rent(X, 1)), Rent(X, 2));
        Throws(() => tape.Backward(loss), "[1], needs gradient: False");
    }

    [Fact]
    public void The_gradient_of_an_input_that_did_not_ask_for_one()
    {
        Variable x = tape.Input(Rent(X, 1)), y = tape.Input(Rent(X, 2), needsGradient: true);
        tape.Backward(tape.Project(tape.Add(x, y), Rent(X, 3)));
        Throws(() => tape.GradientOf(x), "Got none at [2, 3, 4, 16]", "call Backward");
    }

    [Fact]
    public void Taking_an_input()
    {
        Variable x = tape.Input(Rent(X, 1));
        Throws(() => tape.Take(x), "Got an input [2, 3, 4, 16]", "Copy it instead");
    }

    [Fact]
    public void Taking_a_value_twice()
    {
        Variable y = tape.Relu(tape.Input(Rent(X, 1)));
        tape.Take(y).Release();
        Throws(() => tape.Take(y), "a value made on this tape was expected");
    }

    [Fact]
    public void A_parameter_and_a_statistic_without_memory()
    {
        Throws(() => _ = new Parameter(new Shape(3, 5)).Value, "an unbound parameter [3, 5]");
        Throws(() => _ = new RunningStatistic(new Shape(7)).Value, "an unbound one [7]");
    }

    [Theory]
    [InlineData("Add: equal shapes were expected. Got a [2, 3, 4, 16], b [4, 6].")]
    [InlineData("WeightedSum: equal shapes were expected. Got a [2, 3, 4, 16], b [4, 6].")]
    [InlineData("BatchNorm: the residual must have x's shape. Got x [2, 3, 4, 16], residual [4, 6].")]
    [InlineData("BatchNorm: gamma and beta must have one value a channel. Got x [4, 6], gamma [16], beta [16].")]
    [InlineData("GlobalAveragePool: x [N, H, W, C] was expected. Got [4, 6].")]
    [InlineData("SoftmaxCrossEntropy: one target for each row or value was expected. Got [4, 6], target [3].")]
    [InlineData("BinaryCrossEntropy: one target for each row or value was expected. Got [4, 6], target [3].")]
    [InlineData("SupervisedContrastive: one target for each row or value was expected. Got [4, 6], target [3].")]
    public void Shapes_that_do_not_fit(string message)
    {
        Variable x = tape.Input(Rent(X, 1)), rows = tape.Input(Device.Rent(new Shape(4, 6)));
        Tensor labels = Device.Rent(new Shape(3));
        Norm norm = NewNorm();
        Func<Variable>[] calls =
        [
            () => tape.Add(x, rows), () => tape.WeightedSum(x, 1, rows, 1), () => norm.Apply(tape, x, rows),
            () => norm.Apply(tape, rows), () => tape.GlobalAveragePool(rows), () => tape.SoftmaxCrossEntropy(rows, labels),
            () => tape.BinaryCrossEntropy(rows, labels), () => tape.SupervisedContrastive(rows, labels),
        ];
        Assert.Contains(message, calls.Select(call => Assert.Throws<ShapeException>(() => call()).Message));
    }

    private static void Throws(Action action, params string[] parts)
    {
        string message = Assert.Throws<TapeException>(action).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }
}
