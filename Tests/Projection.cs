using ManSharp.Autograd;
using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using ManSharp.Tensors.Kernels.Operations;

namespace ManSharp.Tests;

/// <summary>The loss of the tests: with random weights it shows every value of a gradient.</summary>
internal static class Projection
{
    /// <summary>loss = sum over i of weights[i] x[i].</summary>
    public static Variable Project(this Tape tape, Variable x, Tensor weights)
    {
        Variable loss = tape.NewValue(new Shape(1), tape.NeedsGradient(x));
        Tensor products = tape.Device.Rent(x.Shape);
        tape.Kernels.Binary<Multiply>(products, tape.ValueOf(x), weights);
        tape.Kernels.Sum(tape.ValueOf(loss), products, Write.Set);
        products.Release();
        if (tape.NeedsGradient(loss))
        {
            ProjectionNode node = tape.Record<ProjectionNode>(loss);
            (node.X, node.Weights) = (x, weights);
        }
        return loss;
    }

    private sealed class ProjectionNode : Node
    {
        internal Variable X;
        internal Tensor Weights;

        internal override void Backward(Tape tape)
        {
            Span<float> upstream = stackalloc float[1];
            tape.Kernels.Download(upstream, tape.OutputGradient(this));
            tape.Kernels.Scale(tape.GradientFor(X, out Write write), Weights, upstream[0], write);
        }
    }
}
