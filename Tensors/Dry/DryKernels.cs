using ManSharp.Tensors.Cpu;
using ManSharp.Tensors.Gpu;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Dry;

/// <summary>Counts every call and computes nothing; asks for the scratch memory that its model would ask for.</summary>
/// <param name="like">A GPU's style; none for the CPU.</param>
internal sealed class DryKernels(GpuStyle? like) : IKernels
{
    public long Calls { get; private set; }

    public double Flops { get; private set; }

    public void Fill(Tensor y, float value) => Calls++;

    public void Copy(Tensor y, Tensor x) => Calls++;

    public void Upload(Tensor y, ReadOnlySpan<float> x) => Calls++;

    // Zeros, so that nothing downstream reads what a caller's memory held before.
    public void Download(Span<float> y, Tensor x)
    {
        Calls++;
        y.Clear();
    }

    public void Unary<TOperation>(Tensor y, Tensor x) where TOperation : struct, IUnaryOperation => Calls++;

    public void UnaryGradient<TOperation>(Tensor dx, Tensor dy, Tensor x, Tensor y, Write write)
        where TOperation : struct, IUnaryOperation => Calls++;

    public void Binary<TOperation>(Tensor z, Tensor a, Tensor b) where TOperation : struct, IBinaryOperation => Calls++;

    public void Scale(Tensor y, Tensor x, float factor, Write write) => Calls++;

    public void Affine(Tensor y, Tensor x, Tensor scale, Tensor shift) => Calls++;

    public void Dropout(Tensor y, Tensor x, float probability, ulong key, Write write) => Calls++;

    public void SumRows(Tensor y, Tensor x, Write write) => Calls++;

    public void Sum(Tensor y, Tensor x, Write write) => Calls++;

    public void CountCorrect(Tensor y, Tensor logits, Tensor labels) => Calls++;

    public int GemmScratch(GemmGeometry geometry) =>
        like is { } style ? GpuKernels.GemmScratch(style, geometry) : GemmPlan.Scratch(geometry);

    public void Gemm(Tensor c, Tensor scratch, Tensor a, Tensor b, Tensor bias, GemmGeometry geometry, Write write) =>
        Count(geometry.Flops);

    public int Conv2dScratch(Conv2dGeometry geometry, Conv2dPass pass) =>
        like is { } style ? GpuKernels.Conv2dScratch(style, geometry, pass) : Conv2dPlan.Scratch(geometry, pass);

    public void Conv2dForward(Tensor y, Tensor scratch, Tensor x, Tensor w, Tensor bias, Conv2dGeometry geometry) =>
        Count(geometry.Flops);

    public void Conv2dInputGradient(
        Tensor dx, Tensor scratch, Tensor dy, Tensor w, Conv2dGeometry geometry, Write write) =>
        Count(geometry.Flops);

    public void Conv2dWeightGradient(
        Tensor dw, Tensor scratch, Tensor x, Tensor dy, Conv2dGeometry geometry, Write write) =>
        Count(geometry.Flops);

    public void GatherTaps(Tensor columns, Tensor w, ResizedConv2dGeometry geometry) => Calls++;

    public void ScatterTaps(Tensor dw, Tensor dcolumns, ResizedConv2dGeometry geometry, Write write) => Calls++;

    public void ResizeTaps(Tensor y, Tensor taps, Tensor bias, ResizedConv2dGeometry geometry) => Calls++;

    public void ResizeTapsGradient(Tensor dtaps, Tensor dy, ResizedConv2dGeometry geometry) => Calls++;

    public void AveragePool(Tensor y, Tensor x, PoolGeometry geometry) => Calls++;

    public void AveragePoolGradient(Tensor dx, Tensor dy, PoolGeometry geometry, Write write) => Calls++;

    public void GlobalAveragePool(Tensor y, Tensor x) => Calls++;

    public void GlobalAveragePoolGradient(Tensor dx, Tensor dy, Write write) => Calls++;

    public void MaxPool(Tensor y, Tensor places, Tensor x, PoolGeometry geometry) => Calls++;

    public void MaxPoolGradient(Tensor dx, Tensor dy, Tensor places, PoolGeometry geometry, Write write) => Calls++;

    public void BatchNormStatistics(
        Tensor mean, Tensor inverseDeviation, Tensor runningMean, Tensor runningVariance, Tensor x, float epsilon,
        float momentum) => Calls++;

    public void InverseDeviation(Tensor inverseDeviation, Tensor variance, float epsilon) => Calls++;

    public void BatchNormApply(
        Tensor y, Tensor x, Tensor mean, Tensor inverseDeviation, Tensor gamma, Tensor beta, Tensor residual,
        bool relu) => Calls++;

    public void BatchNormGradient(
        Tensor dx, Tensor dgamma, Tensor dbeta, Tensor dresidual, Tensor scratch, Tensor dy, Tensor x, Tensor y, Tensor mean,
        Tensor inverseDeviation, Tensor gamma, Write dxWrite, Write parameterWrite, Write residualWrite) => Calls++;

    public void ResizeBilinear(Tensor y, Tensor x, ResizeGeometry geometry) => Calls++;

    public void ResizeBilinearGradient(Tensor dx, Tensor dy, ResizeGeometry geometry, Write write) => Calls++;

    public void SoftmaxCrossEntropy(Tensor loss, Tensor logits, Tensor labels) => Calls++;

    public void SoftmaxCrossEntropyGradient(
        Tensor dlogits, Tensor upstream, Tensor logits, Tensor labels, Write write) => Calls++;

    public void BinaryCrossEntropy(Tensor loss, Tensor logits, Tensor target) => Calls++;

    public void BinaryCrossEntropyGradient(
        Tensor dlogits, Tensor upstream, Tensor logits, Tensor target, Write write) => Calls++;

    public void NormalizeRows(Tensor y, Tensor norms, Tensor x) => Calls++;

    public void NormalizeRowsGradient(Tensor dx, Tensor dy, Tensor y, Tensor norms, Write write) => Calls++;

    public void SupervisedContrastive(Tensor loss, Tensor similarity, Tensor labels, float temperature) => Calls++;

    public void SupervisedContrastiveGradient(
        Tensor dsimilarity, Tensor upstream, Tensor similarity, Tensor labels, float temperature) => Calls++;

    public void SgdStep(
        Tensor w, Tensor v, Tensor gradient, float rate, float momentum, float weightDecay, bool nesterov) => Calls++;

    public void EmaUpdate(Tensor average, Tensor value, float momentum) => Calls++;

    private void Count(double flops)
    {
        Calls++;
        Flops += flops;
    }
}
