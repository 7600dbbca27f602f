using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Autograd.Ops;

/// <summary>Other shapes of the same values on a tape.</summary>
public static class ShapeOps
{
    /// <summary>y[n, (h, w, c)] = x[n, h, w, c].</summary>
    /// <returns>[N, H W C].</returns>
    public static Variable Flatten(this Tape tape, Variable x)
    {
        Shape shape = x.Shape;
        Variable y = tape.NewValue(new Shape(shape[0], shape.Length / shape[0]), tape.NeedsGradient(x));
        tape.Kernels.Copy(tape.ValueOf(y), tape.ValueOf(x));
        if (tape.NeedsGradient(y))
            tape.Record<FlattenNode>(y).X = x;
        return y;
    }

    private sealed class FlattenNode : Node
    {
        internal Variable X;

        internal override void Backward(Tape tape) =>
            tape.Kernels.Scale(tape.GradientFor(X, out Write write), tape.OutputGradient(this), 1f, write);
    }
}
