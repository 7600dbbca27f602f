using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Autograd.Ops;

/// <summary>Linear layers on a tape.</summary>
public static class LinearOps
{
    /// <summary>y[n, o] = bias[o] + sum over i of x[n, i] w[i, o].</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[N, I].</param>
    /// <param name="weight">[I, O].</param>
    /// <param name="bias">[O], or null.</param>
    /// <returns>[N, O].</returns>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public static Variable Linear(this Tape tape, Variable x, Parameter weight, Parameter? bias)
    {
        GemmGeometry geometry = GemmGeometry.Create(x.Shape, weight.Shape);
        Variable y = tape.NewValue(geometry.Output, weight.Trains || bias is { Trains: true } || tape.NeedsGradient(x));
        tape.Gemm(tape.ValueOf(y), tape.ValueOf(x), weight.Value, bias?.Value ?? Tensor.None, geometry, Write.Set);
        if (tape.NeedsGradient(y))
        {
            LinearNode node = tape.Record<LinearNode>(y);
            (node.X, node.Weight, node.Bias) = (x, weight, bias);
            if (weight.Trains)
                tape.Save(node, x);
        }
        return y;
    }

    /// <summary>One product with its scratch memory.</summary>
    internal static void Gemm(this Tape tape, Tensor c, Tensor a, Tensor b, Tensor bias, GemmGeometry geometry, Write write)
    {
        using Scratch scratch = tape.RentScratch(tape.Kernels.GemmScratch(geometry));
        tape.Kernels.Gemm(c, scratch.Tensor, a, b, bias, geometry, write);
    }

    private sealed class LinearNode : Node
    {
        internal Variable X;
        internal Parameter Weight = null!;
        internal Parameter? Bias;

        internal override void Backward(Tape tape)
        {
            Tensor dy = tape.OutputGradient(this);
            if (Bias is { Trains: true })
                tape.Kernels.SumRows(Bias.GradientFor(out Write biasWrite), dy, biasWrite);
            // dw = x^T dy
            if (Weight.Trains)
                tape.Gemm(
                    Weight.GradientFor(out Write write), tape.ValueOf(X), dy, Tensor.None,
                    GemmGeometry.Create(X.Shape, dy.Shape, transposeA: true), write);
            // dx = dy w^T
            if (tape.NeedsGradient(X))
                tape.Gemm(
                    tape.GradientFor(X, out Write write), dy, Weight.Value, Tensor.None,
                    GemmGeometry.Create(dy.Shape, Weight.Shape, transposeB: true), write);
        }
    }
}
