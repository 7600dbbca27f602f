using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using ManSharp.Tensors.Kernels.Operations;

namespace ManSharp.Autograd.Ops;

/// <summary>Similarity matching on a tape. <b>Source</b>: Nokland and Eidnes 2019.</summary>
public static class SimilarityOps
{
    private const int MostPlainChannels = 3;

    /// <summary>
    /// What the cosine similarity of images is taken of: the standard deviation of each channel over the pixels (divided by
    /// H W - 1); all values as they are where there are at most 3 channels or one pixel.
    /// </summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <returns>[N, C], or [N, H W C].</returns>
    public static Variable SimilarityFeatures(this Tape tape, Variable x)
    {
        Shape shape = x.Shape;
        int pixels = shape[1] * shape[2];
        if (shape[3] <= MostPlainChannels || pixels == 1)
            return tape.Flatten(x);
        var rows = new Shape(shape[0], shape[3]);
        Variable y = tape.NewValue(rows, tape.NeedsGradient(x));
        Tensor squares = tape.Device.Rent(shape), variance = tape.Device.Rent(rows);
        tape.Center(squares, tape.ValueOf(x));
        tape.Kernels.Binary<Multiply>(squares, squares, squares);
        tape.Kernels.GlobalAveragePool(variance, squares);
        squares.Release();
        tape.Kernels.Scale(variance, variance, (float)pixels / (pixels - 1), Write.Set);
        tape.Kernels.Unary<Sqrt>(tape.ValueOf(y), variance);
        variance.Release();
        if (tape.NeedsGradient(y))
        {
            DeviationNode node = tape.Record<DeviationNode>(y);
            node.X = tape.Save(node, x);
            tape.Save(node, y);
        }
        return y;
    }

    /// <summary>
    /// mean over i, j of (R_ij - T_ij)^2. R = Z Z^T, Z being each row less its mean, divided by its L2 norm; T is the same of
    /// the labels as unit vectors. The published clamp of R to -1..1 only undoes rounding, and is left out.
    /// </summary>
    /// <param name="tape">The tape.</param>
    /// <param name="features">[N, F].</param>
    /// <param name="labels">[N] class indices, exact in float32.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <exception cref="ShapeException">There is not one label a row.</exception>
    public static Variable SimilarityMatching(this Tape tape, Variable features, Tensor labels, int classes)
    {
        Shape shape = features.Shape;
        if (shape.Rank != 2 || shape[0] != labels.Length)
            throw new ShapeException(
                $"SimilarityMatching: features [N, F] and one label a row were expected. Got {shape}, labels {labels.Shape}.");
        var square = new Shape(shape[0], shape[0]);
        Variable loss = tape.NewValue(new Shape(1), tape.NeedsGradient(features));
        Tensor rows = tape.Device.Rent(shape), norms = tape.Device.Rent(new Shape(shape[0])), difference = tape.Device.Rent(square);
        Normalized(tape, rows, norms, tape.ValueOf(features));
        tape.Gemm(difference, rows, rows, Tensor.None, GemmGeometry.Create(shape, shape, transposeB: true), Write.Set);
        SubtractTarget(tape, difference, labels, classes);
        using (Scratch squares = tape.RentScratch(square.Length))
        {
            tape.Kernels.Binary<Multiply>(squares.Tensor, difference, difference);
            tape.Kernels.Sum(tape.ValueOf(loss), squares.Tensor, Write.Set);
        }
        tape.Kernels.Scale(tape.ValueOf(loss), tape.ValueOf(loss), 1f / square.Length, Write.Set);
        if (tape.NeedsGradient(loss))
        {
            MatchingNode node = tape.Record<MatchingNode>(loss);
            (node.Features, node.Rows, node.Norms, node.Difference) = (features, rows, norms, difference);
            return loss;
        }
        rows.Release();
        norms.Release();
        difference.Release();
        return loss;
    }

    // y[n, :, :, c] = x[n, :, :, c] less its mean; y may not be x.
    private static void Center(this Tape tape, Tensor y, Tensor x)
    {
        tape.Kernels.Copy(y, x);
        tape.SubtractMean(y, x);
    }

    // y -= the mean of x over its pixels; the gradient of a mean spreads a value over them.
    private static void SubtractMean(this Tape tape, Tensor y, Tensor x)
    {
        Shape shape = x.Shape;
        using Scratch scratch = tape.RentScratch(shape[0] * shape[3]);
        Tensor mean = scratch.Tensor.Reshape(new Shape(shape[0], shape[3]));
        tape.Kernels.GlobalAveragePool(mean, x);
        tape.Kernels.Scale(mean, mean, -shape[1] * shape[2], Write.Set);
        tape.Kernels.GlobalAveragePoolGradient(y, mean, Write.Add);
    }

    private static void Normalized(Tape tape, Tensor rows, Tensor norms, Tensor features)
    {
        using Scratch scratch = tape.RentScratch(features.Length);
        Tensor centered = scratch.Tensor.Reshape(Pixels(features.Shape));
        tape.Center(centered, features.Reshape(Pixels(features.Shape)));
        tape.Kernels.NormalizeRows(rows, norms, centered.Reshape(features.Shape));
    }

    // Rows as images of one channel.
    private static Shape Pixels(Shape rows) => new(rows[0], rows[1], 1, 1);

    // softmax(0) - onehot, which is the gradient of cross entropy at no logits, is the centered onehot with the other sign.
    private static void SubtractTarget(Tape tape, Tensor difference, Tensor labels, int classes)
    {
        var shape = new Shape(labels.Length, classes);
        using Scratch targets = tape.RentScratch(shape.Length), unit = tape.RentScratch(shape.Length);
        using Scratch norms = tape.RentScratch(shape[0]), count = tape.RentScratch(1);
        Tensor centered = targets.Tensor.Reshape(shape), rows = unit.Tensor.Reshape(shape);
        tape.Kernels.Fill(rows, 0);
        tape.Kernels.Fill(count.Tensor, shape[0]);
        tape.Kernels.SoftmaxCrossEntropyGradient(centered, count.Tensor, rows, labels, Write.Set);
        tape.Kernels.NormalizeRows(rows, norms.Tensor, centered);
        tape.Kernels.Scale(centered, rows, -1f, Write.Set);
        tape.Gemm(difference, centered, rows, Tensor.None, GemmGeometry.Create(shape, shape, transposeB: true), Write.Add);
    }

    private sealed class DeviationNode : Node
    {
        internal Variable X;

        internal override void Backward(Tape tape)
        {
            // dx = dy (x - mean) / ((H W - 1) y)
            Tensor x = tape.ValueOf(X), y = tape.ValueOf(Output);
            int pixels = x.Shape[1] * x.Shape[2];
            using Scratch rows = tape.RentScratch(y.Length), first = tape.RentScratch(x.Length), second = tape.RentScratch(x.Length);
            Tensor factor = rows.Tensor.Reshape(y.Shape);
            Tensor spread = first.Tensor.Reshape(x.Shape), centered = second.Tensor.Reshape(x.Shape);
            tape.Kernels.UnaryGradient<Sqrt>(factor, tape.OutputGradient(this), y, y, Write.Set);
            tape.Kernels.Scale(factor, factor, 2f * pixels / (pixels - 1), Write.Set);
            tape.Kernels.GlobalAveragePoolGradient(spread, factor, Write.Set);
            tape.Center(centered, x);
            tape.Kernels.Binary<Multiply>(spread, spread, centered);
            tape.Kernels.Scale(tape.GradientFor(X, out Write write), spread, 1f, write);
        }
    }

    private sealed class MatchingNode : Node
    {
        internal Variable Features;
        internal Tensor Rows, Norms, Difference;

        internal override void Backward(Tape tape)
        {
            Shape shape = Rows.Shape, square = Difference.Shape;
            using Scratch forDifference = tape.RentScratch(square.Length), forRows = tape.RentScratch(shape.Length);
            using Scratch forCentered = tape.RentScratch(shape.Length);
            Tensor dr = forDifference.Tensor.Reshape(square), dz = forRows.Tensor.Reshape(shape);
            Tensor dcentered = forCentered.Tensor.Reshape(shape);
            tape.ScaleBy(dr, Difference, tape.OutputGradient(this));
            tape.Kernels.Scale(dr, dr, 2f / square.Length, Write.Set);
            // R = Z Z^T, so dZ = (dR + dR^T) Z
            tape.Gemm(dz, dr, Rows, Tensor.None, GemmGeometry.Create(square, shape), Write.Set);
            tape.Gemm(dz, dr, Rows, Tensor.None, GemmGeometry.Create(square, shape, transposeA: true), Write.Add);
            tape.Kernels.NormalizeRowsGradient(dcentered, dz, Rows, Norms, Write.Set);
            // Centering is its own adjoint.
            Tensor dx = tape.GradientFor(Features, out Write write).Reshape(Pixels(shape));
            tape.Kernels.Scale(dx, dcentered.Reshape(Pixels(shape)), 1f, write);
            tape.SubtractMean(dx, dcentered.Reshape(Pixels(shape)));
        }

        internal override void Release()
        {
            if (Rows.IsNone)
                return;
            Rows.Release();
            Norms.Release();
            Difference.Release();
            (Rows, Norms, Difference) = (Tensor.None, Tensor.None, Tensor.None);
        }
    }
}
