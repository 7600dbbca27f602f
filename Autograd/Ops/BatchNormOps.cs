using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Autograd.Ops;

/// <summary>Batch normalization on a tape, with the addition and the ReLU that follow it.</summary>
public static class BatchNormOps
{
    /// <summary>
    /// y = act(gamma (x - mean) / sqrt(variance + epsilon) + beta + residual). Training: the batch's mean and biased
    /// variance, and running = (1 - momentum) running + momentum value with the unbiased variance. Evaluation: the
    /// running statistics. Only x and the statistics are kept: y is made again where the backward pass reads it.
    /// </summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[..., C].</param>
    /// <param name="gamma">[C].</param>
    /// <param name="beta">[C].</param>
    /// <param name="runningMean">[C].</param>
    /// <param name="runningVariance">[C].</param>
    /// <param name="residual">Added before the activation; of x's shape, or none.</param>
    /// <param name="relu">Whether the activation is ReLU or nothing.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="momentum">The weight of this batch in the running statistics.</param>
    /// <returns>Of x's shape.</returns>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public static Variable BatchNorm(
        this Tape tape, Variable x, Parameter gamma, Parameter beta, RunningStatistic runningMean,
        RunningStatistic runningVariance, Variable residual = default, bool relu = false, float epsilon = 1e-5f,
        float momentum = 0.1f)
    {
        int channels = x.Shape.Last;
        if (gamma.Shape.Length != channels || beta.Shape.Length != channels)
            throw new ShapeException(
                $"BatchNorm: gamma and beta must have one value a channel. Got x {x.Shape}, gamma {gamma.Shape}, beta {beta.Shape}.");
        if (!residual.IsNone && residual.Shape != x.Shape)
            throw new ShapeException($"BatchNorm: the residual must have x's shape. Got x {x.Shape}, residual {residual.Shape}.");
        bool trains = gamma.Trains || beta.Trains;
        Variable y = tape.NewValue(x.Shape, trains || tape.NeedsGradient(x) || tape.NeedsGradient(residual));
        bool training = tape.Mode == TapeMode.Training;
        Tensor mean = training ? tape.Device.Rent(gamma.Shape) : runningMean.Value;
        Tensor inverseDeviation = tape.Device.Rent(gamma.Shape);
        bool gathers = tape.GathersStatistics;
        if (training)
            tape.Kernels.BatchNormStatistics(
                mean, inverseDeviation, gathers ? runningMean.Value : Tensor.None, gathers ? runningVariance.Value : Tensor.None,
                tape.ValueOf(x), epsilon, momentum);
        else
            tape.Kernels.InverseDeviation(inverseDeviation, runningVariance.Value, epsilon);
        Tensor added = residual.IsNone ? Tensor.None : tape.ValueOf(residual);
        tape.Kernels.BatchNormApply(
            tape.ValueOf(y), tape.ValueOf(x), mean, inverseDeviation, gamma.Value, beta.Value, added, relu);
        if (tape.NeedsGradient(y))
        {
            BatchNormNode node = tape.Record<BatchNormNode>(y);
            (node.X, node.Residual, node.Gamma, node.Beta, node.Relu) = (x, residual, gamma, beta, relu);
            (node.Mean, node.InverseDeviation) = (mean, inverseDeviation);
            tape.Save(node, x);
            if (!residual.IsNone)
                tape.Save(node, residual);
            if (relu)
                tape.Save(node, y);
            return y;
        }
        inverseDeviation.Release();
        if (training)
            mean.Release();
        return y;
    }

    private sealed class BatchNormNode : Node
    {
        internal Variable X, Residual;
        internal Parameter Gamma = null!, Beta = null!;
        internal Tensor Mean, InverseDeviation;
        internal bool Relu;

        internal override bool CanRecompute => true;

        internal override void Recompute(Tape tape)
        {
            Tensor added = Residual.IsNone ? Tensor.None : tape.ValueOf(Residual);
            tape.Kernels.BatchNormApply(
                tape.ValueOf(Output), tape.ValueOf(X), Mean, InverseDeviation, Gamma.Value, Beta.Value, added, Relu);
        }

        internal override void Backward(Tape tape)
        {
            Tensor dy = tape.OutputGradient(this);
            Tensor y = Relu ? tape.ValueOf(Output) : Tensor.None;
            Tensor x = tape.ValueOf(X);
            Write residualWrite = Write.Set, dxWrite = Write.Set, parameterWrite = Write.Set;
            Tensor dresidual = tape.NeedsGradient(Residual) ? tape.GradientFor(Residual, out residualWrite) : Tensor.None;
            Tensor dgamma = Tensor.None, dbeta = Tensor.None, dx = Tensor.None;
            if (Gamma.Trains)
            {
                dgamma = Gamma.GradientFor(out parameterWrite);
                dbeta = Beta.GradientFor(out _);
            }
            // The output's gradient has no reader after this one: dx takes its place where nothing has been added to dx yet.
            if (tape.NeedsGradient(X))
                dx = tape.TryMoveGradient(this, X) ? dy : tape.GradientFor(X, out dxWrite);
            using Scratch scratch = tape.RentScratch(2 * Gamma.Shape.Length);
            tape.Kernels.BatchNormGradient(
                dx, dgamma, dbeta, dresidual, scratch.Tensor, dy, x, y, Mean, InverseDeviation, Gamma.Value,
                dxWrite, parameterWrite, residualWrite);
        }

        internal override void Release()
        {
            if (Mean.IsNone)
                return;
            Mean.Release();
            InverseDeviation.Release();
            (Mean, InverseDeviation) = (Tensor.None, Tensor.None);
        }
    }
}
