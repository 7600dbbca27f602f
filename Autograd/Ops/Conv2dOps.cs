using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Autograd.Ops;

/// <summary>Two-dimensional convolution on a tape.</summary>
public static class Conv2dOps
{
    /// <summary>
    /// y[n, p, q, k] = bias[k] + sum over r, s, c of x[n, p*stride + r - padding, q*stride + s - padding, c] w[r, s, c, k].
    /// </summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="weight">[R, S, C / groups, K].</param>
    /// <param name="bias">[K], or null.</param>
    /// <param name="stride">At least 1.</param>
    /// <param name="padding">Zeros on every side, at least 0.</param>
    /// <param name="groups">Groups of channels that do not see each other.</param>
    /// <returns>[N, P, Q, K].</returns>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public static Variable Conv2d(
        this Tape tape, Variable x, Parameter weight, Parameter? bias, int stride, int padding, int groups = 1)
    {
        Conv2dGeometry geometry = Conv2dGeometry.Create(x.Shape, weight.Shape, stride, padding, groups);
        bool trains = weight.Trains || bias is { Trains: true };
        Variable y = tape.NewValue(geometry.Output, trains || tape.NeedsGradient(x));
        using (Scratch scratch = tape.RentScratch(tape.Kernels.Conv2dScratch(geometry, Conv2dPass.Forward)))
            tape.Kernels.Conv2dForward(
                tape.ValueOf(y), scratch.Tensor, tape.ValueOf(x), weight.Value, bias?.Value ?? Tensor.None, geometry);
        if (tape.NeedsGradient(y))
        {
            Conv2dNode node = tape.Record<Conv2dNode>(y);
            (node.X, node.Weight, node.Bias, node.Geometry) = (x, weight, bias, geometry);
            if (weight.Trains)
                tape.Save(node, x);
        }
        return y;
    }

    private sealed class Conv2dNode : Node
    {
        internal Variable X;
        internal Parameter Weight = null!;
        internal Parameter? Bias;
        internal Conv2dGeometry Geometry;

        internal override void Backward(Tape tape)
        {
            Tensor dy = tape.OutputGradient(this);
            if (Bias is { Trains: true })
                tape.Kernels.SumRows(Bias.GradientFor(out Write biasWrite), dy, biasWrite);
            if (Weight.Trains)
            {
                using Scratch scratch = tape.RentScratch(tape.Kernels.Conv2dScratch(Geometry, Conv2dPass.WeightGradient));
                tape.Kernels.Conv2dWeightGradient(
                    Weight.GradientFor(out Write write), scratch.Tensor, tape.ValueOf(X), dy, Geometry, write);
            }
            if (tape.NeedsGradient(X))
            {
                using Scratch scratch = tape.RentScratch(tape.Kernels.Conv2dScratch(Geometry, Conv2dPass.InputGradient));
                tape.Kernels.Conv2dInputGradient(
                    tape.GradientFor(X, out Write write), scratch.Tensor, dy, Weight.Value, Geometry, write);
            }
        }
    }
}
