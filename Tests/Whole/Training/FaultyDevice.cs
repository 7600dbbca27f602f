using ManSharp.Tensors;
using ManSharp.Tensors.Cpu;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tests.Whole.Training;

/// <summary>The CPU with one mistake: what a wrong engine looks like from outside.</summary>
internal sealed class FaultyDevice : Device
{
    private readonly WorkerTeam team;
    private readonly CpuKernels inner;

    private FaultyDevice(Func<IKernels, IKernels> spoil) : base("faulty", new CpuMemorySource())
    {
        team = new WorkerTeam(1);
        inner = new CpuKernels(team);
        Kernels = spoil(inner);
    }

    public override IKernels Kernels { get; }

    public override bool HasDriver => true;

    /// <summary>The CPU behind other kernels.</summary>
    public static FaultyDevice Behind(Func<IKernels, IKernels> kernels) => new(kernels);

    /// <summary>The device with the mistake of this name; "none" has none.</summary>
    public static FaultyDevice With(string fault) => new(fault switch
    {
        "none" => inner => new DelegatingKernels(inner),
        "late average" => inner => new LateAverage(inner),
        "no weight decay" => inner => new NoWeightDecay(inner),
        "no Nesterov" => inner => new NoNesterov(inner),
        "N for N-1" => inner => new BiasedVariance(inner),
        "one wrong pixel" => inner => new WrongPixel(inner),
        "no kernels" => inner => new NoKernels(inner),
        "1% of the label gradient" => inner => new LargerLabelGradient(inner),
        _ => throw new ArgumentException($"FaultyDevice: a known fault was expected. Got '{fault}'."),
    });

    public override void Dispose()
    {
        team.Dispose();
        inner.Dispose();
        base.Dispose();
    }

    /// <summary>The average absorbs the next unit after that unit's own step.</summary>
    private sealed class LateAverage(IKernels inner) : DelegatingKernels(inner)
    {
        private (Tensor Average, Tensor Value, float Momentum)? waiting;

        public override void EmaUpdate(Tensor average, Tensor value, float momentum) => waiting = (average, value, momentum);

        public override void SgdStep(
            Tensor w, Tensor v, Tensor gradient, float rate, float momentum, float weightDecay, bool nesterov)
        {
            Inner.SgdStep(w, v, gradient, rate, momentum, weightDecay, nesterov);
            if (waiting is { } late)
                Inner.EmaUpdate(late.Average, late.Value, late.Momentum);
            waiting = null;
        }
    }

    private sealed class NoWeightDecay(IKernels inner) : DelegatingKernels(inner)
    {
        public override void SgdStep(
            Tensor w, Tensor v, Tensor gradient, float rate, float momentum, float weightDecay, bool nesterov) =>
            Inner.SgdStep(w, v, gradient, rate, momentum, weightDecay: 0, nesterov);
    }

    private sealed class NoNesterov(IKernels inner) : DelegatingKernels(inner)
    {
        public override void SgdStep(
            Tensor w, Tensor v, Tensor gradient, float rate, float momentum, float weightDecay, bool nesterov) =>
            Inner.SgdStep(w, v, gradient, rate, momentum, weightDecay, nesterov: false);
    }

    /// <summary>The running variance takes the biased variance: sum of squares / N.</summary>
    private sealed class BiasedVariance(IKernels inner) : DelegatingKernels(inner)
    {
        public override void BatchNormStatistics(
            Tensor mean, Tensor inverseDeviation, Tensor runningMean, Tensor runningVariance, Tensor x, float epsilon, float momentum)
        {
            float[] before = new float[runningVariance.Length], after = new float[runningVariance.Length];
            Inner.Download(before, runningVariance);
            Inner.BatchNormStatistics(mean, inverseDeviation, runningMean, runningVariance, x, epsilon, momentum);
            Inner.Download(after, runningVariance);
            double rows = x.Shape.Rows;
            for (int c = 0; c < after.Length; c++)
            {
                double old = (1.0 - momentum) * before[c];
                after[c] = (float)(old + (after[c] - old) * (rows - 1) / rows);
            }
            Inner.Upload(runningVariance, after);
        }
    }

    /// <summary>The last value of a convolution is a thousandth too large.</summary>
    private sealed class WrongPixel(IKernels inner) : DelegatingKernels(inner)
    {
        public override void Conv2dForward(
            Tensor y, Tensor scratch, Tensor x, Tensor w, Tensor bias, Conv2dGeometry geometry)
        {
            Inner.Conv2dForward(y, scratch, x, w, bias, geometry);
            Tensor last = y.Reshape(new Shape(y.Length)).Slice(y.Length - 1, new Shape(1));
            Inner.Scale(last, last, 1.001f, Write.Set);
        }
    }

    /// <summary>A driver whose compiler refuses.</summary>
    private sealed class NoKernels(IKernels inner) : DelegatingKernels(inner)
    {
        public override void Gemm(
            Tensor c, Tensor scratch, Tensor a, Tensor b, Tensor bias, GemmGeometry geometry, Write write) =>
            throw new DeviceException("Device: faulty could not compile the kernel Gemm. Got: 42.");
    }

    private sealed class LargerLabelGradient(IKernels inner) : DelegatingKernels(inner)
    {
        public override void SoftmaxCrossEntropyGradient(
            Tensor dlogits, Tensor upstream, Tensor logits, Tensor labels, Write write)
        {
            Inner.SoftmaxCrossEntropyGradient(dlogits, upstream, logits, labels, write);
            Inner.Scale(dlogits, dlogits, 1.01f, Write.Set);
        }
    }
}
