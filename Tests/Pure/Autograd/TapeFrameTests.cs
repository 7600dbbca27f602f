using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Pure.Autograd;

/// <summary>What dies when, counted by the pool.</summary>
public sealed class TapeFrameTests() : TapeTest(Device.Dry())
{
    private static long One => X.Bytes;

    [Fact]
    public void A_value_dies_with_its_frame_and_the_result_does_not()
    {
        using var tape = new Tape(Device, TapeMode.Evaluation);
        Variable x = tape.Input(Rent(X, 1));
        Variable y;
        using (Tape.Frame frame = tape.OpenFrame())
        {
            Variable a = tape.Relu(x), b = tape.Scale(a, 2);
            Assert.Equal(2 * One, Live);
            y = frame.Return(b);
        }
        Assert.Equal(One, Live);
        Assert.Equal(X, tape.ValueOf(y).Shape);
    }

    [Fact]
    public void A_result_belongs_to_the_enclosing_frame()
    {
        using var tape = new Tape(Device, TapeMode.Evaluation);
        Variable x = tape.Input(Rent(X, 1));
        using (Tape.Frame outer = tape.OpenFrame())
        {
            using (Tape.Frame inner = tape.OpenFrame())
                inner.Return(tape.Relu(tape.Relu(x)));
            Assert.Equal(One, Live);
        }
        Assert.Equal(0, Live);
    }

    [Fact]
    public void Values_of_an_outer_frame_survive_an_inner_one()
    {
        using var tape = new Tape(Device, TapeMode.Evaluation);
        Variable outer = tape.Relu(tape.Input(Rent(X, 1)));
        using (Tape.Frame frame = tape.OpenFrame())
            // A module may hand out what it was given, as a resize to the same size does.
            frame.Return(outer);
        Assert.Equal(One, Live);
        Assert.Equal(X, tape.ValueOf(outer).Shape);
        using (tape.OpenFrame())
            tape.Relu(outer);
        Assert.Equal(One, Live);
    }

    [Fact]
    public void Next_ends_the_value_that_is_used_up_but_not_the_caller_s()
    {
        using var tape = new Tape(Device, TapeMode.Evaluation);
        Variable first = tape.Relu(tape.Input(Rent(X, 1)));
        using Tape.Frame frame = tape.OpenFrame();
        Variable x = first;
        for (int i = 0; i < 3; i++)
        {
            x = frame.Next(x, tape.Scale(x, 2));
            Assert.Equal(2 * One, Live);
        }
        Assert.Equal(x.Shape, frame.Next(x, x).Shape);
        Assert.Equal(2 * One, Live);
        Assert.Equal(X, tape.ValueOf(first).Shape);
    }

    [Fact]
    public void A_saved_value_lives_until_its_adjoint_has_run()
    {
        using var tape = new Tape(Device, TapeMode.Training);
        Tensor weights = Rent(X, 2);
        Variable x = tape.Input(Rent(X, 1), needsGradient: true), y;
        using (Tape.Frame frame = tape.OpenFrame())
            // ReLU cannot be made again from less than its input: both stay.
            y = frame.Return(tape.Scale(tape.Relu(tape.Scale(x, 3)), 2));
        Assert.Equal(3 * One, Live);
        Variable loss = tape.Project(y, weights);
        tape.Backward(loss);
        // y is held by no frame but the tape itself, the loss likewise; the input's gradient waits to be read.
        Assert.Equal(2 * One + 64, Live);
        tape.Reset();
        Assert.Equal(0, Live);
    }

    [Fact]
    public void Evaluation_keeps_nothing_for_adjoints()
    {
        Norm norm = NewNorm();
        using var tape = new Tape(Device, TapeMode.Evaluation);
        Variable x = tape.Input(Rent(X, 1), needsGradient: true);
        using (Tape.Frame frame = tape.OpenFrame())
            frame.Return(norm.Apply(tape, tape.MaxPool(tape.Relu(x), 1, 1)));
        Assert.Equal(One, Live);
    }

    [Fact]
    public void A_batch_norm_s_output_is_dropped_and_its_input_kept()
    {
        Norm norm = NewNorm();
        using var tape = new Tape(Device, TapeMode.Training);
        Variable x = tape.Input(Rent(X, 1), needsGradient: true), y;
        using (Tape.Frame frame = tape.OpenFrame())
        {
            Variable scaled = tape.Scale(x, 2), normalized = norm.Apply(tape, scaled);
            y = frame.Return(tape.Relu(normalized));
        }
        // scaled, y and the batch's two statistics; the normalized value is made again when it is read.
        Assert.Equal(2 * One + 2 * 64, Live);
        tape.Backward(tape.Project(y, Rent(X, 2)));
        tape.Reset();
        Assert.Equal(0, Live);
    }

    [Fact]
    public void A_resized_value_is_dropped_and_made_again()
    {
        using var tape = new Tape(Device, TapeMode.Training);
        Variable x = tape.Input(Rent(X, 1), needsGradient: true), y;
        using (Tape.Frame frame = tape.OpenFrame())
            y = frame.Return(tape.Relu(tape.ResizeBilinear(x, 6, 8)));
        Assert.Equal(4 * One, Live);
        long calls = Device.Kernels.Calls;
        Assert.Equal(new Shape(2, 6, 8, 16), y.Shape);
        tape.Backward(tape.Project(y, Rent(y.Shape, 2)));
        Assert.True(Device.Kernels.Calls > calls);
        tape.Reset();
        Assert.Equal(0, Live);
    }

    [Fact]
    public void Take_hands_the_memory_to_the_caller()
    {
        using var tape = new Tape(Device, TapeMode.Training);
        Tensor weights = Rent(X, 2);
        Variable y = tape.Relu(tape.Input(Rent(X, 1), needsGradient: true));
        tape.Backward(tape.Project(y, weights));
        Tensor taken = tape.Take(y);
        tape.Reset();
        Assert.Equal(One, Live);
        taken.Release();
        Assert.Equal(0, Live);
    }

    [Fact]
    public void Reset_returns_everything_after_half_a_step()
    {
        Norm norm = NewNorm();
        var tape = new Tape(Device, TapeMode.Training);
        Variable x = tape.Input(Rent(X, 1), needsGradient: true);
        Tape.Frame frame = tape.OpenFrame();
        Variable pooled = tape.MaxPool(norm.Apply(tape, x), 2, 1);
        tape.SupervisedContrastive(tape.GlobalAveragePool(pooled), Rent(new Shape(16), 3).Slice(0, new Shape(2)));
        Assert.True(Live > 0);
        tape.Reset();
        Assert.Equal(0, Live);
        // The frame of the step that is gone does no harm when its scope ends.
        frame.Dispose();
        tape.Dispose();
        Assert.Equal(0, Live);
    }
}
