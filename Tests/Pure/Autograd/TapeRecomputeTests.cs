using ManSharp.Autograd;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Pure.Autograd;

/// <summary>Dropped values come back as they were, and no chain of them grows without limit.</summary>
public sealed class TapeRecomputeTests() : TapeTest(Device.Cpu(1))
{
    private const int Links = 6;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradients_through_dropped_values_are_bit_identical(bool residual)
    {
        Tensor x = Rent(X, 1), weights = Rent(X, 2);
        Norm[] norms = [.. Enumerable.Range(0, Links).Select(_ => NewNorm())];
        (float[] kept, long keptCalls, long keptLive) = Run(framed: false, residual, norms, x, weights);
        (float[] dropped, long droppedCalls, long droppedLive) = Run(framed: true, residual, norms, x, weights);
        Assert.Equal(kept, dropped);
        // Every other link is dropped, and made again once.
        Assert.Equal(keptLive - Links / 2 * X.Bytes, droppedLive);
        Assert.Equal(keptCalls + Links / 2, droppedCalls);
    }

    [Fact]
    public void A_long_chain_recomputes_each_value_at_most_once()
    {
        const int links = 40;
        Tensor x = Rent(X, 1), weights = Rent(X, 2);
        Norm[] norms = [.. Enumerable.Range(0, links).Select(_ => NewNorm())];
        (_, long kept, _) = Run(framed: false, residual: true, norms, x, weights);
        (_, long dropped, _) = Run(framed: true, residual: true, norms, x, weights);
        Assert.Equal(kept + links / 2, dropped);
    }

    // A chain y = norm(y, y or nothing added), each link in a sequence that lets go of the one before.
    private (float[] Gradient, long Calls, long LiveAfterForward) Run(bool framed, bool residual, Norm[] norms, Tensor x, Tensor weights)
    {
        using var tape = new Tape(Device, TapeMode.Training);
        long calls = Device.Kernels.Calls;
        Variable input = tape.Input(x, needsGradient: true), y = input;
        Tape.Frame frame = framed ? tape.OpenFrame() : default;
        foreach (Norm norm in norms)
        {
            Variable next = norm.Apply(tape, y, residual ? y : Variable.None);
            y = framed ? frame.Next(y, next) : next;
        }
        if (framed)
            frame.Return(y);
        long live = Live;
        tape.Backward(tape.Project(y, weights));
        float[] gradient = Device.Values(tape.GradientOf(input));
        calls = Device.Kernels.Calls - calls;
        tape.Reset();
        Assert.Equal(0, Live);
        return (gradient, calls, live);
    }
}
