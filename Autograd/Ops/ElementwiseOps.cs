using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using ManSharp.Tensors.Kernels.Operations;

namespace ManSharp.Autograd.Ops;

/// <summary>Elementwise operations on a tape.</summary>
public static class ElementwiseOps
{
    /// <summary>y = op(x) for every value.</summary>
    public static Variable Unary<TOperation>(this Tape tape, Variable x) where TOperation : struct, IUnaryOperation
    {
        Variable y = tape.NewValue(x.Shape, tape.NeedsGradient(x));
        tape.Kernels.Unary<TOperation>(tape.ValueOf(y), tape.ValueOf(x));
        if (tape.NeedsGradient(y))
        {
            UnaryNode<TOperation> node = tape.Record<UnaryNode<TOperation>>(y);
            node.X = tape.Save(node, x);
            tape.Save(node, y);
        }
        return y;
    }

    /// <summary>y = max(x, 0) for every value.</summary>
    public static Variable Relu(this Tape tape, Variable x) => tape.Unary<Relu>(x);

    /// <summary>y = a + b for every value.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Variable Add(this Tape tape, Variable a, Variable b)
    {
        if (a.Shape != b.Shape)
            throw new ShapeException($"Add: equal shapes were expected. Got a {a.Shape}, b {b.Shape}.");
        Variable y = tape.NewValue(a.Shape, tape.NeedsGradient(a) || tape.NeedsGradient(b));
        tape.Kernels.Binary<Add>(tape.ValueOf(y), tape.ValueOf(a), tape.ValueOf(b));
        if (tape.NeedsGradient(y))
        {
            AddNode node = tape.Record<AddNode>(y);
            (node.A, node.B) = (a, b);
        }
        return y;
    }

    /// <summary>y = factor x for every value.</summary>
    public static Variable Scale(this Tape tape, Variable x, float factor)
    {
        Variable y = tape.NewValue(x.Shape, tape.NeedsGradient(x));
        tape.Kernels.Scale(tape.ValueOf(y), tape.ValueOf(x), factor, Write.Set);
        if (tape.NeedsGradient(y))
        {
            ScaleNode node = tape.Record<ScaleNode>(y);
            (node.X, node.Factor) = (x, factor);
        }
        return y;
    }

    /// <summary>y = weightA a + weightB b: the weighted sum of two losses, or of any two values of one shape.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Variable WeightedSum(this Tape tape, Variable a, float weightA, Variable b, float weightB)
    {
        if (a.Shape != b.Shape)
            throw new ShapeException($"WeightedSum: equal shapes were expected. Got a {a.Shape}, b {b.Shape}.");
        Variable y = tape.NewValue(a.Shape, tape.NeedsGradient(a) || tape.NeedsGradient(b));
        tape.Kernels.Scale(tape.ValueOf(y), tape.ValueOf(a), weightA, Write.Set);
        tape.Kernels.Scale(tape.ValueOf(y), tape.ValueOf(b), weightB, Write.Add);
        if (tape.NeedsGradient(y))
        {
            WeightedSumNode node = tape.Record<WeightedSumNode>(y);
            (node.A, node.WeightA, node.B, node.WeightB) = (a, weightA, b, weightB);
        }
        return y;
    }

    private sealed class UnaryNode<TOperation> : Node where TOperation : struct, IUnaryOperation
    {
        internal Variable X;

        internal override void Backward(Tape tape)
        {
            Tensor dy = tape.OutputGradient(this);
            Tensor dx = tape.GradientFor(X, out Write write);
            tape.Kernels.UnaryGradient<TOperation>(dx, dy, tape.ValueOf(X), tape.ValueOf(Output), write);
        }
    }

    private sealed class AddNode : Node
    {
        internal Variable A, B;

        internal override void Backward(Tape tape)
        {
            Tensor dy = tape.OutputGradient(this);
            if (tape.NeedsGradient(A))
                tape.Kernels.Scale(tape.GradientFor(A, out Write write), dy, 1f, write);
            // The output's gradient has no reader after this one: b takes it whole where it has none yet.
            if (tape.NeedsGradient(B) && !tape.TryMoveGradient(this, B))
                tape.Kernels.Scale(tape.GradientFor(B, out Write write), dy, 1f, write);
        }
    }

    private sealed class ScaleNode : Node
    {
        internal Variable X;
        internal float Factor;

        internal override void Backward(Tape tape) =>
            tape.Kernels.Scale(tape.GradientFor(X, out Write write), tape.OutputGradient(this), Factor, write);
    }

    private sealed class WeightedSumNode : Node
    {
        internal Variable A, B;
        internal float WeightA, WeightB;

        internal override void Backward(Tape tape)
        {
            Tensor dy = tape.OutputGradient(this);
            if (tape.NeedsGradient(A))
                tape.Kernels.Scale(tape.GradientFor(A, out Write write), dy, WeightA, write);
            if (tape.NeedsGradient(B))
                tape.Kernels.Scale(tape.GradientFor(B, out Write write), dy, WeightB, write);
        }
    }
}
