using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tests.Whole.Training;

/// <summary>Kernels that hand every call on; a test overrides the one that it wants to see or to spoil.</summary>
internal class DelegatingKernels(IKernels inner) : IKernels
{
    protected IKernels Inner => inner;

    public virtual long Calls => inner.Calls;

    public virtual double Flops => inner.Flops;

    public virtual void Fill(Tensor y, float value) => inner.Fill(y, value);

    public virtual void Copy(Tensor y, Tensor x) => inner.Copy(y, x);

    public virtual void Upload(Tensor y, ReadOnlySpan<float> x) => inner.Upload(y, x);

    public virtual void Download(Span<float> y, Tensor x) => inner.Download(y, x);

    public virtual void Unary<TOperation>(Tensor y, Tensor x) where TOperation : struct, IUnaryOperation =>
        inner.Unary<TOperation>(y, x);

    public virtual void UnaryGradient<TOperation>(Tensor dx, Tensor dy, Tensor x, Tensor y, Write write)
        where TOperation : struct, IUnaryOperation => inner.UnaryGradient<TOperation>(dx, dy, x, y, write);

    public virtual void Binary<TOperation>(Tensor z, Tensor a, Tensor b) where TOperation : struct, IBinaryOperation =>
        inner.Binary<TOperation>(z, a, b);

    public virtual void Scale(Tensor y, Tensor x, float factor, Write write) => inner.Scale(y, x, factor, write);

    public virtual void Affine(Tensor y, Tensor x, Tensor scale, Tensor shift) => inner.Affine(y, x, scale, shift);

    public virtual void Dropout(Tensor y, Tensor x, float probability, ulong key, Write write) =>
        inner.Dropout(y, x, probability, key, write);

    public virtual void SumRows(Tensor y, Tensor x, Write write) => inner.SumRows(y, x, write);

    public virtual void Sum(Tensor y, Tensor x, Write write) => inner.Sum(y, x, write);

    public virtual void CountCorrect(Tensor y, Tensor logits, Tensor labels) => inner.CountCorrect(y, logits, labels);

    public virtual int GemmScratch(GemmGeometry geometry) => inner.GemmScratch(geometry);

    public virtual void Gemm(Tensor c, Tensor scratch, Tensor a, Tensor b, Tensor bias, GemmGeometry geometry, Write write) =>
        inner.Gemm(c, scratch, a, b, bias, geometry, write);

    public virtual int Conv2dScratch(Conv2dGeometry geometry, Conv2dPass pass) => inner.Conv2dScratch(geometry, pass);

    public virtual void Conv2dForward(Tensor y, Tensor scratch, Tensor x, Tensor w, Tensor bias, Conv2dGeometry geometry) =>
        inner.Conv2dForward(y, scratch, x, w, bias, geometry);

    public virtual void Conv2dInputGradient(
        Tensor dx, Tensor scratch, Tensor dy, Tensor w, Conv2dGeometry geometry, Write write) =>
        inner.Conv2dInputGradient(dx, scratch, dy, w, geometry, write);

    public virtual void Conv2dWeightGradient(
        Tensor dw, Tensor scratch, Tensor x, Tensor dy, Conv2dGeometry geometry, Write write) =>
        inner.Conv2dWeightGradient(dw, scratch, x, dy, geometry, write);

    public virtual void GatherTaps(Tensor columns, Tensor w, ResizedConv2dGeometry geometry) =>
        inner.GatherTaps(columns, w, geometry);

    public virtual void ScatterTaps(Tensor dw, Tensor dcolumns, ResizedConv2dGeometry geometry, Write write) =>
        inner.ScatterTaps(dw, dcolumns, geometry, write);

    public virtual void ResizeTaps(Tensor y, Tensor taps, Tensor bias, ResizedConv2dGeometry geometry) =>
        inner.ResizeTaps(y, taps, bias, geometry);

    public virtual void ResizeTapsGradient(Tensor dtaps, Tensor dy, ResizedConv2dGeometry geometry) =>
        inner.ResizeTapsGradient(dtaps, dy, geometry);

    public virtual void AveragePool(Tensor y, Tensor x, PoolGeometry geometry) => inner.AveragePool(y, x, geometry);

    public virtual void AveragePoolGradient(Tensor dx, Tensor dy, PoolGeometry geometry, Write write) =>
        inner.AveragePoolGradient(dx, dy, geometry, write);

    public virtual void GlobalAveragePool(Tensor y, Tensor x) => inner.GlobalAveragePool(y, x);

    public virtual void GlobalAveragePoolGradient(Tensor dx, Tensor dy, Write write) =>
        inner.GlobalAveragePoolGradient(dx, dy, write);

    public virtual void MaxPool(Tensor y, Tensor places, Tensor x, PoolGeometry geometry) =>
        inner.MaxPool(y, places, x, geometry);

    public virtual void MaxPoolGradient(Tensor dx, Tensor dy, Tensor places, PoolGeometry geometry, Write write) =>
        inner.MaxPoolGradient(dx, dy, places, geometry, write);

    public virtual void BatchNormStatistics(
        Tensor mean, Tensor inverseDeviation, Tensor runningMean, Tensor runningVariance, Tensor x, float epsilon, float momentum) =>
        inner.BatchNormStatistics(mean, inverseDeviation, runningMean, runningVariance, x, epsilon, momentum);

    public virtual void InverseDeviation(Tensor inverseDeviation, Tensor variance, float epsilon) =>
        inner.InverseDeviation(inverseDeviation, variance, epsilon);

    public virtual void BatchNormApply(
        Tensor y, Tensor x, Tensor mean, Tensor inverseDeviation, Tensor gamma, Tensor beta, Tensor residual, bool relu) =>
        inner.BatchNormApply(y, x, mean, inverseDeviation, gamma, beta, residual, relu);

    public virtual void BatchNormGradient(
        Tensor dx, Tensor dgamma, Tensor dbeta, Tensor dresidual, Tensor scratch, Tensor dy, Tensor x, Tensor y, Tensor mean,
        Tensor inverseDeviation, Tensor gamma, Write dxWrite, Write parameterWrite, Write residualWrite) =>
        inner.BatchNormGradient(
            dx, dgamma, dbeta, dresidual, scratch, dy, x, y, mean, inverseDeviation, gamma, dxWrite, parameterWrite, residualWrite);

    public virtual void ResizeBilinear(Tensor y, Tensor x, ResizeGeometry geometry) => inner.ResizeBilinear(y, x, geometry);

    public virtual void ResizeBilinearGradient(Tensor dx, Tensor dy, ResizeGeometry geometry, Write write) =>
        inner.ResizeBilinearGradient(dx, dy, geometry, write);

    public virtual void SoftmaxCrossEntropy(Tensor loss, Tensor logits, Tensor labels) =>
        inner.SoftmaxCrossEntropy(loss, logits, labels);

    public virtual void SoftmaxCrossEntropyGradient(Tensor dlogits, Tensor upstream, Tensor logits, Tensor labels, Write write) =>
        inner.SoftmaxCrossEntropyGradient(dlogits, upstream, logits, labels, write);

    public virtual void BinaryCrossEntropy(Tensor loss, Tensor logits, Tensor target) =>
        inner.BinaryCrossEntropy(loss, logits, target);

    public virtual void BinaryCrossEntropyGradient(Tensor dlogits, Tensor upstream, Tensor logits, Tensor target, Write write) =>
        inner.BinaryCrossEntropyGradient(dlogits, upstream, logits, target, write);

    public virtual void NormalizeRows(Tensor y, Tensor norms, Tensor x) => inner.NormalizeRows(y, norms, x);

    public virtual void NormalizeRowsGradient(Tensor dx, Tensor dy, Tensor y, Tensor norms, Write write) =>
        inner.NormalizeRowsGradient(dx, dy, y, norms, write);

    public virtual void SupervisedContrastive(Tensor loss, Tensor similarity, Tensor labels, float temperature) =>
        inner.SupervisedContrastive(loss, similarity, labels, temperature);

    public virtual void SupervisedContrastiveGradient(
        Tensor dsimilarity, Tensor upstream, Tensor similarity, Tensor labels, float temperature) =>
        inner.SupervisedContrastiveGradient(dsimilarity, upstream, similarity, labels, temperature);

    public virtual void SgdStep(
        Tensor w, Tensor v, Tensor gradient, float rate, float momentum, float weightDecay, bool nesterov) =>
        inner.SgdStep(w, v, gradient, rate, momentum, weightDecay, nesterov);

    public virtual void EmaUpdate(Tensor average, Tensor value, float momentum) => inner.EmaUpdate(average, value, momentum);
}
