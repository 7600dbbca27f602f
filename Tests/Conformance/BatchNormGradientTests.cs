using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class BatchNormGradientTests
{
    private const double Epsilon = 1e-5;

    [Theory]
    [InlineData(3, false, false)]
    [InlineData(3, false, true)]
    [InlineData(3, true, false)]
    [InlineData(3, true, true)]
    [InlineData(17, true, true)]
    public void BatchNorm_has_the_gradients_of_the_batch(int channels, bool residual, bool relu)
    {
        using var check = new GradientCheck(seed: 71);
        Shape x = new(2, 4, 5, channels), c = new(channels);
        (RunningStatistic mean, RunningStatistic variance) = Statistics(check, channels);
        check.Passes(
            residual ? [x, x] : [x], [c, c],
            (tape, inputs, parameters) => tape.BatchNorm(
                inputs[0], parameters[0], parameters[1], mean, variance, residual ? inputs[1] : Variable.None, relu),
            operands => BatchNorm(channels, operands[0], operands[^2], operands[^1], residual ? operands[1] : null, relu));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BatchNorm_of_rows_that_are_their_own_residual_adds_both_gradients(bool relu)
    {
        using var check = new GradientCheck(seed: 72);
        Shape x = new(7, 19), c = new(19);
        (RunningStatistic mean, RunningStatistic variance) = Statistics(check, 19);
        check.Passes(
            [x], [c, c],
            (tape, inputs, parameters) =>
                tape.BatchNorm(inputs[0], parameters[0], parameters[1], mean, variance, inputs[0], relu),
            operands => BatchNorm(19, operands[0], operands[1], operands[2], operands[0], relu));
    }

    [Fact]
    public void Running_statistics_follow_the_mean_and_the_unbiased_variance()
    {
        using var check = new GradientCheck(seed: 73);
        Device device = check.Device;
        const int channels = 5, rows = 12;
        (RunningStatistic mean, RunningStatistic variance) = Statistics(check, channels);
        float[] before = [.. device.Values(mean.Value), .. device.Values(variance.Value)];
        float[] x = HostValues.Normal(rows * channels, seed: 73, stream: 5);
        using var tape = new Tape(device, TapeMode.Training);
        var gamma = new Parameter(new Shape(channels));
        gamma.Bind(check.Constant(new Shape(channels), [1, 1, 1, 1, 1]));
        tape.BatchNorm(
            tape.Input(check.Constant(new Shape(2, 3, 2, channels), x)), gamma, gamma, mean, variance, momentum: 0.25f);
        float[] means = device.Values(mean.Value), variances = device.Values(variance.Value);
        for (int c = 0; c < channels; c++)
        {
            double[] column = [.. Enumerable.Range(0, rows).Select(n => (double)x[n * channels + c])];
            double average = column.Average(), spread = column.Sum(v => (v - average) * (v - average)) / (rows - 1);
            Assert.Equal(0.75 * before[c] + 0.25 * average, means[c], 1e-6);
            Assert.Equal(0.75 * before[channels + c] + 0.25 * spread, variances[c], 1e-6);
        }
    }

    [Fact]
    public void Evaluation_normalizes_by_the_running_statistics_and_leaves_them()
    {
        using var check = new GradientCheck(seed: 74);
        Device device = check.Device;
        (RunningStatistic mean, RunningStatistic variance) = Statistics(check, 3);
        float[] means = device.Values(mean.Value), variances = device.Values(variance.Value);
        var gamma = new Parameter(new Shape(3));
        gamma.Bind(check.Constant(new Shape(3), [2, -1, 0.5f]));
        var beta = new Parameter(new Shape(3));
        beta.Bind(check.Constant(new Shape(3), [0.25f, 1, -1]));
        float[] x = HostValues.Normal(6, seed: 74, stream: 5);
        using var tape = new Tape(device, TapeMode.Evaluation);
        Variable y = tape.BatchNorm(tape.Input(check.Constant(new Shape(2, 3), x)), gamma, beta, mean, variance);
        float[] gammas = [2, -1, 0.5f], betas = [0.25f, 1, -1], actual = device.Values(tape.ValueOf(y));
        for (int i = 0; i < 6; i++)
            Assert.Equal(
                gammas[i % 3] * (x[i] - means[i % 3]) / Math.Sqrt(variances[i % 3] + Epsilon) + betas[i % 3], actual[i], 1e-5);
        Assert.Equal(means, device.Values(mean.Value));
        Assert.Equal(variances, device.Values(variance.Value));
    }

    private static (RunningStatistic Mean, RunningStatistic Variance) Statistics(GradientCheck check, int channels)
    {
        var mean = new RunningStatistic(new Shape(channels));
        mean.Bind(check.Constant(new Shape(channels), HostValues.Normal(channels, seed: 7, stream: 1)));
        var variance = new RunningStatistic(new Shape(channels));
        variance.Bind(check.Constant(
            new Shape(channels), [.. HostValues.Normal(channels, seed: 7, stream: 2).Select(value => 0.5f + value * value)]));
        return (mean, variance);
    }

    private static double[] BatchNorm(int channels, double[] x, double[] gamma, double[] beta, double[]? residual, bool relu)
    {
        int rows = x.Length / channels;
        double[] y = new double[x.Length];
        for (int c = 0; c < channels; c++)
        {
            double mean = 0, variance = 0;
            for (int n = 0; n < rows; n++)
                mean += x[n * channels + c] / rows;
            for (int n = 0; n < rows; n++)
                variance += (x[n * channels + c] - mean) * (x[n * channels + c] - mean) / rows;
            for (int n = 0; n < rows; n++)
            {
                int i = n * channels + c;
                y[i] = gamma[c] * (x[i] - mean) / Math.Sqrt(variance + Epsilon) + beta[c] + (residual?[i] ?? 0);
                if (relu)
                    y[i] = Math.Max(y[i], 0);
            }
        }
        return y;
    }
}
