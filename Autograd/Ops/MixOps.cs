using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using ManSharp.Tensors.Kernels.Operations;

namespace ManSharp.Autograd.Ops;

/// <summary>Sums with learned weights on a tape.</summary>
public static class MixOps
{
    /// <summary>y = s a + (2 - s) b for every value, with one learned s: the sum of both where s is 1.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="a">Any shape.</param>
    /// <param name="b">Of a's shape.</param>
    /// <param name="s">[1].</param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public static Variable Mix(this Tape tape, Variable a, Variable b, Parameter s)
    {
        if (a.Shape != b.Shape || s.Shape.Length != 1)
            throw new ShapeException($"Mix: equal shapes and one s were expected. Got a {a.Shape}, b {b.Shape}, s {s.Shape}.");
        Variable y = tape.NewValue(a.Shape, s.Trains || tape.NeedsGradient(a) || tape.NeedsGradient(b));
        // s (a - b) + 2 b
        Tensor value = tape.ValueOf(y);
        tape.Kernels.Binary<Subtract>(value, tape.ValueOf(a), tape.ValueOf(b));
        tape.ScaleBy(value, value, s.Value);
        tape.Kernels.Scale(value, tape.ValueOf(b), 2f, Write.Add);
        if (tape.NeedsGradient(y))
        {
            MixNode node = tape.Record<MixNode>(y);
            (node.A, node.B, node.S) = (a, b, s);
            if (s.Trains)
            {
                tape.Save(node, a);
                tape.Save(node, b);
            }
        }
        return y;
    }

    /// <summary>y[i] = factor[0] x[i], the factor being on the device; y may be x.</summary>
    internal static void ScaleBy(this Tape tape, Tensor y, Tensor x, Tensor factor)
    {
        using Scratch zero = tape.RentScratch(1);
        tape.Kernels.Fill(zero.Tensor, 0);
        var column = new Shape(x.Length, 1);
        tape.Kernels.Affine(y.Reshape(column), x.Reshape(column), factor, zero.Tensor);
    }

    private sealed class MixNode : Node
    {
        internal Variable A, B;
        internal Parameter S = null!;

        internal override void Backward(Tape tape)
        {
            Tensor dy = tape.OutputGradient(this);
            using Scratch scratch = tape.RentScratch(dy.Length);
            Tensor part = scratch.Tensor.Reshape(dy.Shape);
            if (S.Trains)
            {
                // ds = sum dy (a - b)
                tape.Kernels.Binary<Subtract>(part, tape.ValueOf(A), tape.ValueOf(B));
                tape.Kernels.Binary<Multiply>(part, part, dy);
                tape.Kernels.Sum(S.GradientFor(out Write write), part, write);
            }
            using Scratch other = tape.RentScratch(1);
            Share(tape, A, S.Value, dy, part);
            tape.Kernels.Fill(other.Tensor, 2f);
            tape.Kernels.Binary<Subtract>(other.Tensor, other.Tensor, S.Value);
            Share(tape, B, other.Tensor, dy, part);
        }

        // dx (+)= factor dy
        private static void Share(Tape tape, Variable x, Tensor factor, Tensor dy, Tensor part)
        {
            if (!tape.NeedsGradient(x))
                return;
            Tensor dx = tape.GradientFor(x, out Write write);
            tape.ScaleBy(write == Write.Set ? dx : part, dy, factor);
            if (write == Write.Add)
                tape.Kernels.Scale(dx, part, 1f, Write.Add);
        }
    }
}
