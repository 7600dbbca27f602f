using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Autograd.Ops;

/// <summary>Losses on a tape: each is one value.</summary>
public static class LossOps
{
    /// <summary>mean over n of log(sum over j of exp(logits[n, j])) - logits[n, labels[n]].</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="logits">[N, classes].</param>
    /// <param name="labels">[N] class indices, exact in float32.</param>
    /// <exception cref="ShapeException">There is not one label a row.</exception>
    public static Variable SoftmaxCrossEntropy(this Tape tape, Variable logits, Tensor labels)
    {
        Require("SoftmaxCrossEntropy", logits.Shape.Rank == 2 && logits.Shape[0] == labels.Length, logits.Shape, labels.Shape);
        Variable loss = tape.NewValue(new Shape(1), tape.NeedsGradient(logits));
        tape.Kernels.SoftmaxCrossEntropy(tape.ValueOf(loss), tape.ValueOf(logits), labels);
        if (tape.NeedsGradient(loss))
        {
            SoftmaxCrossEntropyNode node = tape.Record<SoftmaxCrossEntropyNode>(loss);
            (node.Logits, node.Labels) = (tape.Save(node, logits), labels);
        }
        return loss;
    }

    /// <summary>mean over i of -t log(sigmoid(z)) - (1 - t) log(1 - sigmoid(z)): sigmoid and binary cross entropy in one.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="logits">z, before the sigmoid.</param>
    /// <param name="target">t in 0..1, of the same length.</param>
    /// <exception cref="ShapeException">The lengths differ.</exception>
    public static Variable BinaryCrossEntropy(this Tape tape, Variable logits, Tensor target)
    {
        Require("BinaryCrossEntropy", logits.Shape.Length == target.Length, logits.Shape, target.Shape);
        Variable loss = tape.NewValue(new Shape(1), tape.NeedsGradient(logits));
        tape.Kernels.BinaryCrossEntropy(tape.ValueOf(loss), tape.ValueOf(logits), target);
        if (tape.NeedsGradient(loss))
        {
            BinaryCrossEntropyNode node = tape.Record<BinaryCrossEntropyNode>(loss);
            (node.Logits, node.Target) = (tape.Save(node, logits), target);
        }
        return loss;
    }

    /// <summary>
    /// Supervised contrastive loss of one view: with z = x normalized row by row and s = z z^T / temperature,
    /// mean over i of -(1 / |P(i)|) sum over j in P(i) of (s_ij - log(sum over a != i of exp(s_ia))).
    /// <b>Source</b>: Khosla et al. 2020, equation 2.
    /// </summary>
    /// <param name="tape">The tape.</param>
    /// <param name="features">[N, F], not normalized.</param>
    /// <param name="labels">[N] class indices, exact in float32.</param>
    /// <param name="temperature">Greater than 0; 0.07 in the papers.</param>
    /// <exception cref="ShapeException">There is not one label a row.</exception>
    public static Variable SupervisedContrastive(this Tape tape, Variable features, Tensor labels, float temperature = 0.07f)
    {
        Shape shape = features.Shape;
        Require("SupervisedContrastive", shape.Rank == 2 && shape[0] == labels.Length, shape, labels.Shape);
        Variable loss = tape.NewValue(new Shape(1), tape.NeedsGradient(features));
        Tensor rows = tape.Device.Rent(shape), norms = tape.Device.Rent(new Shape(shape[0]));
        Tensor similarity = tape.Device.Rent(new Shape(shape[0], shape[0]));
        tape.Kernels.NormalizeRows(rows, norms, tape.ValueOf(features));
        tape.Gemm(similarity, rows, rows, Tensor.None, GemmGeometry.Create(shape, shape, transposeB: true), Write.Set);
        tape.Kernels.SupervisedContrastive(tape.ValueOf(loss), similarity, labels, temperature);
        if (tape.NeedsGradient(loss))
        {
            ContrastiveNode node = tape.Record<ContrastiveNode>(loss);
            (node.Features, node.Labels, node.Temperature) = (features, labels, temperature);
            (node.Rows, node.Norms, node.Similarity) = (rows, norms, similarity);
            return loss;
        }
        rows.Release();
        norms.Release();
        similarity.Release();
        return loss;
    }

    private static void Require(string operation, bool fits, Shape x, Shape target)
    {
        if (!fits)
            throw new ShapeException($"{operation}: one target for each row or value was expected. Got {x}, target {target}.");
    }

    private sealed class SoftmaxCrossEntropyNode : Node
    {
        internal Variable Logits;
        internal Tensor Labels;

        internal override void Backward(Tape tape) =>
            tape.Kernels.SoftmaxCrossEntropyGradient(
                tape.GradientFor(Logits, out Write write), tape.OutputGradient(this), tape.ValueOf(Logits), Labels, write);
    }

    private sealed class BinaryCrossEntropyNode : Node
    {
        internal Variable Logits;
        internal Tensor Target;

        internal override void Backward(Tape tape) =>
            tape.Kernels.BinaryCrossEntropyGradient(
                tape.GradientFor(Logits, out Write write), tape.OutputGradient(this), tape.ValueOf(Logits), Target, write);
    }

    private sealed class ContrastiveNode : Node
    {
        internal Variable Features;
        internal Tensor Labels, Rows, Norms, Similarity;
        internal float Temperature;

        internal override void Backward(Tape tape)
        {
            Shape shape = Rows.Shape;
            Tensor dsimilarity = tape.Device.Rent(Similarity.Shape), drows = tape.Device.Rent(shape);
            tape.Kernels.SupervisedContrastiveGradient(dsimilarity, tape.OutputGradient(this), Similarity, Labels, Temperature);
            // s = z z^T, so dz = (ds + ds^T) z
            tape.Gemm(drows, dsimilarity, Rows, Tensor.None, GemmGeometry.Create(Similarity.Shape, shape), Write.Set);
            tape.Gemm(
                drows, dsimilarity, Rows, Tensor.None, GemmGeometry.Create(Similarity.Shape, shape, transposeA: true), Write.Add);
            tape.Kernels.NormalizeRowsGradient(tape.GradientFor(Features, out Write write), drows, Rows, Norms, write);
            drows.Release();
            dsimilarity.Release();
        }

        internal override void Release()
        {
            if (Rows.IsNone)
                return;
            Rows.Release();
            Norms.Release();
            Similarity.Release();
            (Rows, Norms, Similarity) = (Tensor.None, Tensor.None, Tensor.None);
        }
    }
}
