using System.Numerics;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

internal sealed unsafe partial class CpuKernels
{
    // Rows whose mean the statistics are taken about; spread over the batch, so that no odd image decides.
    private const int ShiftRows = 64;

    /// <remarks>
    /// One pass over x: sums of d and d d with d = x - shift, shift being near the mean, so that nothing cancels
    /// however far the mean lies from zero: mean = shift + S1 / M, variance = (S2 - S1 S1 / M) / M.
    /// </remarks>
    public void BatchNormStatistics(
        Tensor mean, Tensor inverseDeviation, Tensor runningMean, Tensor runningVariance, Tensor x, float epsilon,
        float momentum)
    {
        Calls++;
        RowPlan plan = PlanRows(x.Length, x.Shape.Last);
        int rows = x.Shape.Rows;
        float* shift = (float*)Workspace(plan.Width + PartialsLength(plan));
        double* first = (double*)shift + plan.Width;
        double* second = first + plan.Width;
        MeanOfSomeRows(shift, x.Pointer(), rows, plan.Channels);
        for (int j = plan.Channels; j < plan.Width; j++)
            shift[j] = shift[j - plan.Channels];
        SumColumns(first, plan, new StatisticsTerms(x.Pointer(), shift));

        float* means = mean.Pointer();
        float* inverses = inverseDeviation.Pointer();
        float* runningMeans = runningMean.Pointer();
        float* runningVariances = runningVariance.Pointer();
        double unbiased = rows > 1 ? rows / (rows - 1.0) : 1;
        for (int c = 0; c < plan.Channels; c++)
        {
            double offset = first[c] / rows;
            double average = shift[c] + offset;
            double variance = Math.Max(0, second[c] / rows - offset * offset);
            means[c] = (float)average;
            inverses[c] = (float)(1 / Math.Sqrt(variance + epsilon));
            if (runningMeans != null)
                runningMeans[c] = (float)((1 - (double)momentum) * runningMeans[c] + momentum * average);
            if (runningVariances != null)
                runningVariances[c] =
                    (float)((1 - (double)momentum) * runningVariances[c] + momentum * variance * unbiased);
        }
    }

    public void InverseDeviation(Tensor inverseDeviation, Tensor variance, float epsilon)
    {
        Calls++;
        float* inverses = inverseDeviation.Pointer();
        float* variances = variance.Pointer();
        for (int c = 0; c < variance.Length; c++)
            inverses[c] = (float)(1 / Math.Sqrt((double)variances[c] + epsilon));
    }

    public void BatchNormApply(
        Tensor y, Tensor x, Tensor mean, Tensor inverseDeviation, Tensor gamma, Tensor beta, Tensor residual, bool relu)
    {
        Calls++;
        RowPlan plan = PlanRows(x.Length, x.Shape.Last);
        float* means = (float*)Workspace(2L * plan.Width);
        float* scales = means + plan.Width;
        float* shifts = scales + plan.Width;
        plan.Widen(means, mean.Pointer());
        plan.Widen(shifts, beta.Pointer());
        float* inverses = inverseDeviation.Pointer();
        float* gammas = gamma.Pointer();
        for (int j = 0; j < plan.Width; j++)
            scales[j] = j < plan.Channels ? gammas[j] * inverses[j] : scales[j - plan.Channels];
        team.Run(new BatchNormApplyJob(y.Pointer(), x.Pointer(), residual.Pointer(), means, relu, plan), plan.Chunks);
    }

    /// <remarks>
    /// Two passes: the sums of g and g (x - mean); then dx = k0 g + k1 (x - mean) + k2 with k0 = gamma
    /// inverseDeviation, k1 = -k0 inverseDeviation mean(g xh), k2 = -k0 mean(g). Scratch holds mean(g) and mean(g xh).
    /// </remarks>
    public void BatchNormGradient(
        Tensor dx, Tensor dgamma, Tensor dbeta, Tensor dresidual, Tensor scratch, Tensor dy, Tensor x, Tensor y,
        Tensor mean,
        Tensor inverseDeviation, Tensor gamma, Write dxWrite, Write parameterWrite, Write residualWrite)
    {
        Calls++;
        RowPlan plan = PlanRows(x.Length, x.Shape.Last);
        int channels = plan.Channels;
        int width = plan.Width;
        float* means = (float*)Workspace(2L * width + PartialsLength(plan));
        float* coefficients = means + width;
        double* sums = (double*)means + 2 * width;
        plan.Widen(means, mean.Pointer());
        SumColumns(sums, plan, new GradientTerms(dy.Pointer(), x.Pointer(), y.Pointer(), means));

        float* meanGradients = scratch.Pointer();
        float* inverses = inverseDeviation.Pointer();
        float* gammas = gamma.Pointer();
        double rows = x.Shape.Rows;
        for (int c = 0; c < channels; c++)
        {
            sums[width + c] *= inverses[c];
            meanGradients[c] = (float)(sums[c] / rows);
            meanGradients[channels + c] = (float)(sums[width + c] / rows);
            double k0 = (double)gammas[c] * inverses[c];
            coefficients[c] = (float)k0;
            coefficients[width + c] = (float)(-k0 * inverses[c] * (sums[width + c] / rows));
            coefficients[2 * width + c] = (float)(-k0 * (sums[c] / rows));
        }
        for (int j = channels; j < width; j++)
        {
            coefficients[j] = coefficients[j - channels];
            coefficients[width + j] = coefficients[width + j - channels];
            coefficients[2 * width + j] = coefficients[2 * width + j - channels];
        }
        if (!dgamma.IsNone)
            WriteSums(dgamma.Pointer(), sums + width, channels, parameterWrite);
        if (!dbeta.IsNone)
            WriteSums(dbeta.Pointer(), sums, channels, parameterWrite);
        if (!dx.IsNone || !dresidual.IsNone)
            team.Run(
                new BatchNormGradientJob(
                    dx.Pointer(), dresidual.Pointer(), dy.Pointer(), x.Pointer(), y.Pointer(), means, plan,
                    dxWrite == Write.Add, residualWrite == Write.Add),
                plan.Chunks);
    }

    private static void MeanOfSomeRows(float* means, float* x, int rows, int channels)
    {
        int count = Math.Min(rows, ShiftRows);
        float share = 1f / count;
        new Span<float>(means, channels).Clear();
        for (int i = 0; i < count; i++)
        {
            float* row = x + (nint)((long)i * rows / count) * channels;
            int c = 0;
            for (; c <= channels - Vector<float>.Count; c += Vector<float>.Count)
                (Vector.Load(means + c) + Vector.Load(row + c) * share).Store(means + c);
            for (; c < channels; c++)
                means[c] += row[c] * share;
        }
    }

    private readonly struct StatisticsTerms(float* x, float* shift) : IColumnTerms
    {
        public static bool HasSecond => true;

        public Vector<float> First(nint at, nint column) => Vector.Load(x + at) - Vector.Load(shift + column);

        public float FirstLane(nint at, nint column) => x[at] - shift[column];

        public Vector<float> AddSecond(Vector<float> sum, Vector<float> first, nint at, nint column) =>
            Vector.MultiplyAddEstimate(first, first, sum);

        public float SecondLane(float first, nint at, nint column) => first * first;
    }

    private readonly struct GradientTerms(float* dy, float* x, float* y, float* mean) : IColumnTerms
    {
        public static bool HasSecond => true;

        public Vector<float> First(nint at, nint column) => Rectified(dy, y, at);

        public float FirstLane(nint at, nint column) => y == null || y[at] > 0 ? dy[at] : 0;

        public Vector<float> AddSecond(Vector<float> sum, Vector<float> first, nint at, nint column) =>
            Vector.MultiplyAddEstimate(first, Vector.Load(x + at) - Vector.Load(mean + column), sum);

        public float SecondLane(float first, nint at, nint column) => first * (x[at] - mean[column]);
    }

    // g = dy where y > 0; all of dy where there is no ReLU.
    private static Vector<float> Rectified(float* dy, float* y, nint at)
    {
        Vector<float> gradient = Vector.Load(dy + at);
        return y == null
            ? gradient
            : Vector.ConditionalSelect(Vector.GreaterThan(Vector.Load(y + at), Vector<float>.Zero), gradient,
                Vector<float>.Zero);
    }

    // Coefficients lie behind one another, one width each: mean, scale, shift.
    private readonly struct BatchNormApplyJob(float* y, float* x, float* residual, float* coefficients, bool relu,
        RowPlan plan)
        : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int start = plan.Start(chunk, out int count);
            int width = plan.Width;
            float* mean = coefficients, scale = mean + width, shift = scale + width;
            float* from = x + start, to = y + start, added = residual == null ? null : residual + start;
            float lowest = relu ? 0f : float.NegativeInfinity;
            Vector<float> floor = new(lowest);
            for (int rest = count; rest > 0; rest -= width, from += width, to += width)
            {
                int values = Math.Min(width, rest);
                int j = 0;
                for (; j <= values - Vector<float>.Count; j += Vector<float>.Count)
                {
                    Vector<float> value = Vector.MultiplyAddEstimate(
                        Vector.Load(from + j) - Vector.Load(mean + j), Vector.Load(scale + j), Vector.Load(shift + j));
                    if (added != null)
                        value += Vector.Load(added + j);
                    Vector.Max(value, floor).Store(to + j);
                }
                for (; j < values; j++)
                {
                    float value = float.MultiplyAddEstimate(from[j] - mean[j], scale[j], shift[j]);
                    to[j] = MathF.Max(added == null ? value : value + added[j], lowest);
                }
                added = added == null ? null : added + width;
            }
        }
    }

    // Coefficients lie behind one another, one width each: mean, k0, k1, k2. Absent tensors are null.
    private readonly struct BatchNormGradientJob(
        float* dx, float* dresidual, float* dy, float* x, float* y, float* coefficients, RowPlan plan, bool addDx,
        bool addResidual) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            nint start = plan.Start(chunk, out int count);
            int width = plan.Width;
            for (int done = 0; done < count; done += width)
                ApplyRow(start + done, Math.Min(width, count - done));
        }

        private void ApplyRow(nint at, int values)
        {
            float* mean = coefficients, k0 = mean + plan.Width, k1 = k0 + plan.Width, k2 = k1 + plan.Width;
            float* from = x + at, upstream = dy + at;
            float* rectified = y == null ? null : y + at, to = dx == null ? null : dx + at;
            float* passed = dresidual == null ? null : dresidual + at;
            bool adds = addDx, passedAdds = addResidual;
            int j = 0;
            for (; j <= values - Vector<float>.Count; j += Vector<float>.Count)
            {
                // g is read before either destination is written, since one of them may be dy.
                Vector<float> g = Rectified(upstream, rectified, j);
                if (to != null)
                {
                    Vector<float> value = Vector.MultiplyAddEstimate(g, Vector.Load(k0 + j), Vector.Load(k2 + j));
                    value = Vector.MultiplyAddEstimate(Vector.Load(from + j) - Vector.Load(mean + j),
                        Vector.Load(k1 + j), value);
                    (adds ? Vector.Load(to + j) + value : value).Store(to + j);
                }
                if (passed != null)
                    (passedAdds ? Vector.Load(passed + j) + g : g).Store(passed + j);
            }
            for (; j < values; j++)
            {
                float g = rectified == null || rectified[j] > 0 ? upstream[j] : 0;
                if (to != null)
                {
                    float value = float.MultiplyAddEstimate(from[j] - mean[j], k1[j],
                        float.MultiplyAddEstimate(g, k0[j], k2[j]));
                    to[j] = adds ? to[j] + value : value;
                }
                if (passed != null)
                    passed[j] = passedAdds ? passed[j] + g : g;
            }
        }
    }
}
