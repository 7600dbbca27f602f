using ILGPU;
using ILGPU.Runtime;
using ManSharp.Tensors.Kernels;
using Values = ILGPU.ArrayView<float>;

namespace ManSharp.Tensors.Gpu;

internal sealed partial class GpuKernels
{
    private Action<AcceleratorStream, KernelConfig, Values, Values, ColumnPlan>? statistics;
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, Values,
        Values, Values, ColumnPlan, StatisticsOptions>? statisticsEnd;
    private Action<AcceleratorStream, KernelConfig, Values, Values, float, int>? inverseOf;
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, Values,
        Values, Values, Values, NormalizeOptions>? apply;
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, Values,
        Values, ColumnPlan, int>? gradientSums;
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, Values,
        Values, ColumnPlan, GradientOptions>? gradientSumsEnd;
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, Values,
        Values, Values, Values, Values, Values, GradientOptions>?
        normalizeGradient;

    /// <remarks>
    /// One pass over x: every thread sums d and d d with d = x - its first value, so that nothing cancels however far the
    /// mean lies from zero; then means, as distances from the channel's first value, and squares are joined.
    /// </remarks>
    public void BatchNormStatistics(
        Tensor mean, Tensor inverseDeviation, Tensor runningMean, Tensor runningVariance, Tensor x, float epsilon, float momentum)
    {
        Calls++;
        var plan = new ColumnPlan(x.Shape, WorkspaceLength / 3);
        statistics ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values, ColumnPlan>>(
            BatchNormStatisticsKernel);
        statistics(stream, Groups(plan.Chunks, plan.Strips, 1), partials, x.View(), plan);
        statisticsEnd ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values,
            Values, Values, Values, Values, ColumnPlan, StatisticsOptions>>(
                BatchNormStatisticsEndKernel, ColumnPlan.EndGroupSize);
        statisticsEnd(
            stream, Groups(plan.Channels, ColumnPlan.EndGroupSize), mean.View(), inverseDeviation.View(),
            Optional(runningMean), Optional(runningVariance), x.View(), partials, plan,
            new StatisticsOptions
            {
                Epsilon = epsilon, Momentum = momentum, HasMean = Present(runningMean), HasVariance = Present(runningVariance),
                Unbiased = plan.Rows > 1 ? (float)(plan.Rows / (plan.Rows - 1.0)) : 1,
            });
    }

    public void InverseDeviation(Tensor inverseDeviation, Tensor variance, float epsilon)
    {
        Calls++;
        inverseOf ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values, float, int>>(
            InverseDeviationKernel);
        inverseOf(stream, Flat(variance.Length), inverseDeviation.View(), variance.View(), epsilon, variance.Length);
    }

    public void BatchNormApply(
        Tensor y, Tensor x, Tensor mean, Tensor inverseDeviation, Tensor gamma, Tensor beta, Tensor residual, bool relu)
    {
        Calls++;
        apply ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values, Values,
            Values, Values, Values, Values, NormalizeOptions>>(BatchNormApplyKernel);
        apply(
            stream, Flat(x.Length), y.View(), x.View(), mean.View(), inverseDeviation.View(), gamma.View(), beta.View(),
            Optional(residual),
            new NormalizeOptions
            {
                Channels = new FastDivision(x.Shape.Last), Length = x.Length, HasResidual = Present(residual), Relu = relu ? 1 : 0,
            });
    }

    /// <remarks>
    /// Three passes: the sums of g and g (x - mean); their means, which scratch holds, with the parameters' gradients;
    /// then dx and dresidual value by value.
    /// </remarks>
    public void BatchNormGradient(
        Tensor dx, Tensor dgamma, Tensor dbeta, Tensor dresidual, Tensor scratch, Tensor dy, Tensor x, Tensor y, Tensor mean,
        Tensor inverseDeviation, Tensor gamma, Write dxWrite, Write parameterWrite, Write residualWrite)
    {
        Calls++;
        var plan = new ColumnPlan(x.Shape, WorkspaceLength / 2);
        gradientSums ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values,
            Values, Values, Values, ColumnPlan, int>>(BatchNormGradientSumsKernel);
        gradientSums(
            stream, Groups(plan.Chunks, plan.Strips, 1), partials, dy.View(), x.View(), Optional(y), mean.View(), plan,
            Present(y));
        var options = new GradientOptions
        {
            Channels = new FastDivision(plan.Channels), Length = x.Length, Share = (float)(1.0 / plan.Rows),
            Relu = Present(y), HasDx = Present(dx), HasResidual = Present(dresidual), HasGamma = Present(dgamma),
            HasBeta = Present(dbeta), AddDx = Adds(dxWrite), AddResidual = Adds(residualWrite),
            AddParameters = Adds(parameterWrite),
        };
        gradientSumsEnd ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values,
            Values, Values, Values, ColumnPlan, GradientOptions>>(
                BatchNormGradientEndKernel, ColumnPlan.EndGroupSize);
        gradientSumsEnd(
            stream, Groups(plan.Channels, ColumnPlan.EndGroupSize), Optional(dgamma), Optional(dbeta), scratch.View(), partials,
            inverseDeviation.View(), plan, options);
        if (dx.IsNone && dresidual.IsNone)
            return;
        normalizeGradient ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values,
            Values, Values, Values, Values, Values, Values,
            Values, GradientOptions>>(BatchNormGradientKernel);
        normalizeGradient(
            stream, Flat(x.Length), Optional(dx), Optional(dresidual), scratch.View(), dy.View(), x.View(), Optional(y),
            mean.View(), inverseDeviation.View(), gamma.View(), options);
    }

    internal struct StatisticsOptions
    {
        internal float Epsilon, Momentum, Unbiased;
        internal int HasMean, HasVariance;
    }

    internal struct NormalizeOptions
    {
        internal FastDivision Channels;
        internal int Length, HasResidual, Relu;
    }

    internal struct GradientOptions
    {
        internal FastDivision Channels;
        internal int Length;
        internal float Share;
        internal int Relu, HasDx, HasResidual, HasGamma, HasBeta, AddDx, AddResidual, AddParameters;
    }

    private static void BatchNormStatisticsKernel(Values partials, Values x, ColumnPlan plan)
    {
        Values counts = SharedMemory.Allocate<float>(GroupSize);
        Values means = SharedMemory.Allocate<float>(GroupSize);
        Values squares = SharedMemory.Allocate<float>(GroupSize);
        int channel = plan.Channel;
        float count = 0, first = 0, second = 0, shift = 0, reference = 0;
        if (channel < plan.Channels && plan.FirstRow < plan.EndRow)
        {
            shift = x[plan.FirstRow * plan.Channels + channel];
            reference = x[channel];
            for (int row = plan.FirstRow; row < plan.EndRow; row += plan.RowStep)
            {
                float distance = x[row * plan.Channels + channel] - shift;
                first += distance;
                second += distance * distance;
                count += 1;
            }
        }
        float offset = first / MathF.Max(count, 1f);
        var own = new Moments(count, shift - reference + offset, MathF.Max(second - first * offset, 0f));
        own = plan.JoinColumn(counts, means, squares, own);
        if (plan.WritesColumn)
        {
            int length = plan.Chunks * plan.Channels;
            int at = plan.PartialIndex;
            partials[at] = own.Count;
            partials[length + at] = own.Mean;
            partials[2 * length + at] = own.Square;
        }
    }

    private static void BatchNormStatisticsEndKernel(
        Values mean, Values inverseDeviation, Values runningMean,
        Values runningVariance, Values x, Values partials, ColumnPlan plan,
        StatisticsOptions options)
    {
        Values counts = SharedMemory.Allocate<float>(ColumnPlan.EndGroupSize);
        Values means = SharedMemory.Allocate<float>(ColumnPlan.EndGroupSize);
        Values squares = SharedMemory.Allocate<float>(ColumnPlan.EndGroupSize);
        int t = Group.IdxX;
        int channel = Grid.IdxX;
        int length = plan.Chunks * plan.Channels;
        var own = new Moments(0, 0, 0);
        for (int chunk = t; chunk < plan.Chunks; chunk += ColumnPlan.EndGroupSize)
        {
            int at = chunk * plan.Channels + channel;
            own = own.Join(new Moments(partials[at], partials[length + at], partials[2 * length + at]));
        }
        own.Store(counts, means, squares, t);
        Group.Barrier();
        for (int half = ColumnPlan.EndGroupSize / 2; half > 0; half /= 2)
        {
            if (t < half)
                Moments.Load(counts, means, squares, t).Join(Moments.Load(counts, means, squares, t + half))
                    .Store(counts, means, squares, t);
            Group.Barrier();
        }
        if (t != 0)
            return;
        float average = x[channel] + means[0];
        float variance = squares[0] / plan.Rows;
        mean[channel] = average;
        inverseDeviation[channel] = 1f / MathF.Sqrt(variance + options.Epsilon);
        if (options.HasMean != 0)
            runningMean[channel] = (1f - options.Momentum) * runningMean[channel] + options.Momentum * average;
        if (options.HasVariance != 0)
            runningVariance[channel] =
                (1f - options.Momentum) * runningVariance[channel] + options.Momentum * (variance * options.Unbiased);
    }

    private static void InverseDeviationKernel(
        Values inverseDeviation, Values variance, float epsilon, int length)
    {
        int i = FlatIndex;
        if (IsInside(i, length))
            inverseDeviation[i] = 1f / MathF.Sqrt(variance[i] + epsilon);
    }

    private static void BatchNormApplyKernel(
        Values y, Values x, Values mean, Values inverseDeviation,
        Values gamma, Values beta, Values residual, NormalizeOptions options)
    {
        int i = FlatIndex;
        if (!IsInside(i, options.Length))
            return;
        int c = options.Channels.Rest(i, options.Channels.Divide(i));
        float value = (x[i] - mean[c]) * (gamma[c] * inverseDeviation[c]) + beta[c];
        if (options.HasResidual != 0)
            value += residual[i];
        y[i] = options.Relu != 0 ? MathF.Max(value, 0f) : value;
    }

    // g = dy where y > 0; all of dy where there is no ReLU.
    private static float Rectified(Values dy, Values y, int index, int relu)
    {
        float g = dy[index];
        if (relu != 0)
            g = y[index] > 0f ? g : 0f;
        return g;
    }

    private static void BatchNormGradientSumsKernel(
        Values partials, Values dy, Values x, Values y, Values mean,
        ColumnPlan plan, int relu)
    {
        Values shared = SharedMemory.Allocate<float>(GroupSize);
        int channel = plan.Channel;
        float first = 0, second = 0;
        if (channel < plan.Channels)
        {
            float average = mean[channel];
            for (int row = plan.FirstRow; row < plan.EndRow; row += plan.RowStep)
            {
                int at = row * plan.Channels + channel;
                float g = Rectified(dy, y, at, relu);
                first += g;
                second += g * (x[at] - average);
            }
        }
        first = plan.SumColumn(shared, first);
        second = plan.SumColumn(shared, second);
        if (plan.WritesColumn)
        {
            partials[plan.PartialIndex] = first;
            partials[plan.Chunks * plan.Channels + plan.PartialIndex] = second;
        }
    }

    private static void BatchNormGradientEndKernel(
        Values dgamma, Values dbeta, Values means, Values partials,
        Values inverseDeviation, ColumnPlan plan, GradientOptions options)
    {
        Values shared = SharedMemory.Allocate<float>(ColumnPlan.EndGroupSize);
        int channel = Grid.IdxX;
        float first = 0, second = 0;
        for (int chunk = Group.IdxX; chunk < plan.Chunks; chunk += ColumnPlan.EndGroupSize)
        {
            int at = chunk * plan.Channels + channel;
            first += partials[at];
            second += partials[plan.Chunks * plan.Channels + at];
        }
        first = GroupSum(shared, first, ColumnPlan.EndGroupSize);
        second = GroupSum(shared, second, ColumnPlan.EndGroupSize) * inverseDeviation[channel];
        if (Group.IdxX != 0)
            return;
        means[channel] = first * options.Share;
        means[plan.Channels + channel] = second * options.Share;
        if (options.HasGamma != 0)
            Put(dgamma, channel, second, options.AddParameters);
        if (options.HasBeta != 0)
            Put(dbeta, channel, first, options.AddParameters);
    }

    // g is read before either destination is written, since one of them may be dy.
    private static void BatchNormGradientKernel(
        Values dx, Values dresidual, Values means, Values dy, Values x,
        Values y, Values mean, Values inverseDeviation, Values gamma,
        GradientOptions options)
    {
        int i = FlatIndex;
        if (!IsInside(i, options.Length))
            return;
        int c = options.Channels.Rest(i, options.Channels.Divide(i));
        float g = Rectified(dy, y, i, options.Relu);
        if (options.HasDx != 0)
        {
            float inverse = inverseDeviation[c];
            float normalized = (x[i] - mean[c]) * inverse;
            float value = gamma[c] * inverse * (g - means[c] - normalized * means[options.Channels.Divisor + c]);
            Put(dx, i, value, options.AddDx);
        }
        if (options.HasResidual != 0)
            Put(dresidual, i, g, options.AddResidual);
    }
}
