using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using ManSharp.Tests.Reference;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class BatchNormTests
{
    private const float Epsilon = 1e-5f;
    private const float Momentum = 0.1f;

    public static TheoryData<int, int> Sizes => new()
    {
        { 4, 1 }, { 7, 1 }, { 5, 3 }, { 33, 3 }, { 97, 12 }, { 10, 16 }, { 19, 17 }, { 23, 32 }, { 6, 40 }, { 9, 131 },
        { 4, 523 }, { 70_003, 1 }, { 30_001, 3 }, { 9_001, 12 }, { 5_003, 16 }, { 2_003, 32 }, { 3_001, 64 },
        { 1_001, 128 },
        { 401, 523 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Statistics(int rows, int channels) =>
        CheckStatistics(rows, channels,
            new TestValues(rows + channels).Normal(rows * channels, mean: 0.3, deviation: 2));

    [Theory]
    [InlineData(4001, 1)]
    [InlineData(5003, 16)]
    [InlineData(301, 131)]
    public void Statistics_far_from_zero(int rows, int channels) =>
        CheckStatistics(rows, channels, new TestValues(rows).Normal(rows * channels, mean: 10_000, deviation: 1));

    [Fact]
    public void Statistics_where_the_first_rows_are_odd()
    {
        const int rows = 8192, channels = 16;
        double[] values = new TestValues(rows).Normal(rows * channels, mean: 3, deviation: 0.01);
        Array.Fill(values, -5, 0, 256 * channels);
        CheckStatistics(rows, channels, values);
    }

    [Fact]
    public void Statistics_of_one_row_are_its_values_and_no_deviation() =>
        CheckStatistics(1, 5, new TestValues(1).Normal(5));

    [Fact]
    public void Statistics_of_a_constant_channel_have_no_negative_variance()
    {
        var values = new double[3000 * 3];
        Array.Fill(values, (float)0.1);
        CheckStatistics(3000, 3, values);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Apply(int rows, int channels)
    {
        var values = new TestValues(rows + channels);
        double[] input = values.Normal(rows * channels), added = values.Normal(rows * channels);
        double[] mean = values.Normal(channels), inverse = values.Uniform(channels, 0.5, 2);
        double[] gamma = values.Normal(channels), beta = values.Normal(channels);
        for (int variant = 0; variant < 4; variant++)
        {
            bool relu = (variant & 1) != 0;
            double[]? residual = (variant & 2) != 0 ? added : null;
            var check = new KernelCheck(
                $"BatchNormApply [{rows}, {channels}], ReLU {relu}, residual {residual is not null}");
            var shape = new Shape(rows, channels);
            var row = new Shape(channels);
            double[] expected = ReferenceBatchNorm.Apply(input, mean, inverse, gamma, beta, residual, relu);
            int x = check.Input(shape, input), r = check.OptionalInput(shape, residual);
            int m = check.Input(row, mean), d = check.Input(row, inverse);
            int g = check.Input(row, gamma), b = check.Input(row, beta);
            int y = check.Output(shape, expected, Tolerance.Elementwise);
            int own = check.InPlace(shape, input, expected, Tolerance.Elementwise, "x overwritten");
            check.Run((kernels, t, _) =>
            {
                kernels.BatchNormApply(t[y], t[x], t[m], t[d], t[g], t[b], t[r], relu);
                kernels.BatchNormApply(t[own], t[own], t[m], t[d], t[g], t[b], t[r], relu);
            });
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Gradient_with_all_destinations(int rows, int channels)
    {
        foreach (bool relu in (bool[])[false, true])
        {
            Case c = Prepare(rows, channels, relu);
            var check = new KernelCheck($"BatchNormGradient [{rows}, {channels}], ReLU {relu}");
            (int dy, int x, int y, int m, int d, int g, int scratch) = Inputs(check, c);
            int dx = check.Gradient(c.Images, c.Dx, Tolerance.Sum);
            int dgamma = check.Gradient(c.Row, c.Dgamma, Tolerance.Sum, "dgamma");
            int dbeta = check.Gradient(c.Row, c.Dbeta, Tolerance.Sum, "dbeta");
            int dresidual = check.Gradient(c.Images, c.Dresidual, Tolerance.Exact, "dresidual");
            check.Run((kernels, t, write) => kernels.BatchNormGradient(
                t[dx], t[dgamma], t[dbeta], t[dresidual], t[scratch], t[dy], t[x], t[y], t[m], t[d], t[g], write,
                write, write));
        }
    }

    [Theory]
    [InlineData(19, 17)]
    [InlineData(2003, 32)]
    public void Gradient_with_absent_and_shared_destinations(int rows, int channels)
    {
        foreach (bool relu in (bool[])[false, true])
        {
            Case c = Prepare(rows, channels, relu);
            var check = new KernelCheck($"BatchNormGradient in parts [{rows}, {channels}], ReLU {relu}");
            (int dy, int x, int y, int m, int d, int g, int scratch) = Inputs(check, c);
            int dxOnly = check.Gradient(c.Images, c.Dx, Tolerance.Sum, "dx alone");
            int residualOnly = check.Gradient(c.Images, c.Dresidual, Tolerance.Exact, "dresidual alone");
            int dgamma = check.Gradient(c.Row, c.Dgamma, Tolerance.Sum, "dgamma alone");
            int dbeta = check.Gradient(c.Row, c.Dbeta, Tolerance.Sum, "dbeta alone");
            int dyAsDx = check.InPlace(c.Images, c.Dy, c.Dx, Tolerance.Sum, "dx in place of dy");
            int dyAsResidual = check.InPlace(c.Images, c.Dy, c.Dresidual, Tolerance.Exact, "dresidual in place of dy");
            int dxAdded = check.Gradient(c.Images, c.Dx, Tolerance.Sum, "dx beside dresidual in place of dy");
            Tensor none = Tensor.None;
            check.Run((k, t, write) =>
            {
                k.BatchNormGradient(
                    t[dxOnly], none, none, none, t[scratch], t[dy], t[x], t[y], t[m], t[d], t[g], write, Write.Set,
                    Write.Set);
                k.BatchNormGradient(
                    none, none, none, t[residualOnly], t[scratch], t[dy], t[x], t[y], t[m], t[d], t[g], Write.Set,
                    Write.Set, write);
                k.BatchNormGradient(
                    none, t[dgamma], t[dbeta], none, t[scratch], t[dy], t[x], t[y], t[m], t[d], t[g], Write.Set, write,
                    Write.Set);
                k.BatchNormGradient(
                    t[dyAsDx], none, none, none, t[scratch], t[dyAsDx], t[x], t[y], t[m], t[d], t[g], Write.Set, write,
                    Write.Set);
                k.BatchNormGradient(
                    t[dxAdded], none, none, t[dyAsResidual], t[scratch], t[dyAsResidual], t[x], t[y], t[m], t[d], t[g],
                    write,
                    write, Write.Set);
            });
        }
    }

    private static void CheckStatistics(int rows, int channels, double[] values)
    {
        (double[] means, double[] variances) = ReferenceBatchNorm.Statistics(values, channels);
        double[] oldMeans = new TestValues(1).Normal(channels),
            oldVariances = new TestValues(2).Uniform(channels, 0.5, 2);
        double unbiased = rows > 1 ? rows / (rows - 1.0) : 1;
        double[] newMeans = ReferenceUpdates.EmaUpdate(oldMeans, means, 1 - Momentum);
        double[] newVariances =
            ReferenceUpdates.EmaUpdate(oldVariances, [.. variances.Select(v => v * unbiased)], 1 - Momentum);
        double[] inverses = ReferenceBatchNorm.InverseDeviation(variances, Epsilon);
        var check = new KernelCheck($"BatchNormStatistics [{rows}, {channels}]");
        var row = new Shape(channels);
        int x = check.Input(new Shape(rows, channels), values);
        int v = check.Input(row, TestValues.Round(variances));
        int mean = check.Output(row, means, Tolerance.Sum, "mean");
        int inverse = check.Output(row, inverses, Tolerance.Sum, "inverseDeviation");
        int runningMean = check.InPlace(row, oldMeans, newMeans, Tolerance.Sum, "runningMean");
        int runningVariance = check.InPlace(row, oldVariances, newVariances, Tolerance.Sum, "runningVariance");
        int meanAlone = check.Output(row, means, Tolerance.Sum, "mean without running statistics");
        int inverseAlone = check.Output(row, inverses, Tolerance.Sum, "inverseDeviation without running statistics");
        int evaluated = check.Output(row, inverses, Tolerance.Sum, "inverseDeviation of a given variance");
        check.Run((kernels, t, _) =>
        {
            kernels.BatchNormStatistics(t[mean], t[inverse], t[runningMean], t[runningVariance], t[x], Epsilon,
                Momentum);
            kernels.BatchNormStatistics(t[meanAlone], t[inverseAlone], Tensor.None, Tensor.None, t[x], Epsilon,
                Momentum);
            kernels.InverseDeviation(t[evaluated], t[v], Epsilon);
        });
    }

    private static Case Prepare(int rows, int channels, bool relu)
    {
        var values = new TestValues(rows + channels);
        double[] x = values.Normal(rows * channels, mean: 0.5), dy = values.Normal(rows * channels);
        double[] gamma = values.Normal(channels), beta = values.Normal(channels);
        (double[] mean, double[] variance) = ReferenceBatchNorm.Statistics(x, channels);
        mean = TestValues.Round(mean);
        double[] inverse = TestValues.Round(ReferenceBatchNorm.InverseDeviation(variance, Epsilon));
        double[]? y = relu
            ? TestValues.Round(ReferenceBatchNorm.Apply(x, mean, inverse, gamma, beta, null, relu))
            : null;
        var gradient = ReferenceBatchNorm.Gradient(dy, x, y, mean, inverse, gamma);
        return new Case(
            new Shape(rows, channels), new Shape(channels), dy, x, y, mean, inverse, gamma, gradient.Dx,
            gradient.Dgamma,
            gradient.Dbeta, gradient.Dresidual);
    }

    private static (int Dy, int X, int Y, int M, int D, int G, int Scratch) Inputs(KernelCheck check, Case c) =>
        (check.Input(c.Images, c.Dy), check.Input(c.Images, c.X), check.OptionalInput(c.Images, c.Y),
            check.Input(c.Row, c.Mean),
            check.Input(c.Row, c.Inverse), check.Input(c.Row, c.Gamma), check.Scratch(2 * c.Row.Length));

    private sealed record Case(
        Shape Images, Shape Row, double[] Dy, double[] X, double[]? Y, double[] Mean, double[] Inverse, double[] Gamma,
        double[] Dx,
        double[] Dgamma, double[] Dbeta, double[] Dresidual);
}
