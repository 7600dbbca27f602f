using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using ManSharp.Tests.Conformance;
using ManSharp.Tests.Reference;
using Xunit;

namespace ManSharp.Tests.Pure;

/// <summary>The gradients of the reference, against central differences of its forward formulas.</summary>
public sealed class ReferenceTests
{
    private const double Step = 1e-6;
    private const double Absolute = 1e-5;
    private const double Relative = 1e-3;

    private readonly TestValues values = new(20);

    [Fact]
    public void Unary_operations()
    {
        double[] x = values.Normal(11), dy = values.Normal(11);
        Check(x, dy, v => ReferenceElementwise.Unary(v, ReferenceElementwise.Relu),
            ReferenceElementwise.UnaryGradient(dy, x, ReferenceElementwise.ReluDerivative));
        Check(x, dy, v => ReferenceElementwise.Unary(v, ReferenceElementwise.Sigmoid),
            ReferenceElementwise.UnaryGradient(dy, x, ReferenceElementwise.SigmoidDerivative));
    }

    [Fact]
    public void Gemm_by_both_operands_is_a_product_again()
    {
        var g = GemmGeometry.Create(new Shape(3, 4), new Shape(4, 5));
        double[] a = values.Normal(12), b = values.Normal(20), dc = values.Normal(15);
        var byA = GemmGeometry.Create(new Shape(3, 5), new Shape(4, 5), transposeB: true);
        var byB = GemmGeometry.Create(new Shape(3, 4), new Shape(3, 5), transposeA: true);
        Check(a, dc, v => ReferenceGemm.Gemm(v, b, null, g), ReferenceGemm.Gemm(dc, b, null, byA));
        Check(b, dc, v => ReferenceGemm.Gemm(a, v, null, g), ReferenceGemm.Gemm(a, dc, null, byB));
        Check(values.Normal(5), dc, v => ReferenceGemm.Gemm(a, b, v, g), ReferenceReduce.SumRows(dc, 5));
    }

    [Theory]
    [InlineData(3, 2, 1, 1)]
    [InlineData(2, 3, 2, 0)]
    [InlineData(5, 1, 3, 2)]
    public void Conv2d(int r, int s, int stride, int padding)
    {
        var g = Conv2dGeometry.Create(new Shape(2, 5, 6, 3), new Shape(r, s, 3, 4), stride, padding);
        double[] x = values.Normal(g.Input.Length), w = values.Normal(g.Weight.Length),
            dy = values.Normal(g.Output.Length);
        Check(x, dy, v => ReferenceConv2d.Forward(v, w, null, g), ReferenceConv2d.InputGradient(dy, w, g));
        Check(w, dy, v => ReferenceConv2d.Forward(x, v, null, g), ReferenceConv2d.WeightGradient(x, dy, g));
        Check(values.Normal(4), dy, v => ReferenceConv2d.Forward(x, w, v, g), ReferenceReduce.SumRows(dy, 4));
    }

    [Theory]
    [InlineData(2, 3, 1, 1)]
    [InlineData(3, 2, 2, 0)]
    public void Pool2d(int r, int s, int stride, int padding)
    {
        var g = PoolGeometry.Create(new Shape(2, 5, 6, 3), r, s, stride, padding);
        double[] x = values.Normal(g.Input.Length), dy = values.Normal(g.Output.Length), means = values.Normal(6);
        Check(x, dy, v => ReferencePool2d.Average(v, g), ReferencePool2d.AverageGradient(dy, g));
        double[] places = ReferencePool2d.Max(x, g).Places;
        Check(x, dy, v => ReferencePool2d.Max(v, g).Y, ReferencePool2d.MaxGradient(dy, places, g));
        Check(x, means, v => ReferencePool2d.GlobalAverage(v, 2, 3),
            ReferencePool2d.GlobalAverageGradient(means, 30, 3));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BatchNorm(bool relu)
    {
        const double epsilon = 1e-3;
        double[] x = values.Normal(21, mean: 2), dy = values.Normal(21), gamma = values.Normal(3),
            beta = values.Normal(3);
        double[] residual = values.Normal(21);
        double[] y = ReferenceBatchNorm.Forward(x, gamma, beta, residual, relu, epsilon);
        (double[] mean, double[] variance) = ReferenceBatchNorm.Statistics(x, 3);
        double[] inverse = ReferenceBatchNorm.InverseDeviation(variance, epsilon);
        var gradient = ReferenceBatchNorm.Gradient(dy, x, relu ? y : null, mean, inverse, gamma);
        Check(x, dy, v => ReferenceBatchNorm.Forward(v, gamma, beta, residual, relu, epsilon), gradient.Dx);
        Check(gamma, dy, v => ReferenceBatchNorm.Forward(x, v, beta, residual, relu, epsilon), gradient.Dgamma);
        Check(beta, dy, v => ReferenceBatchNorm.Forward(x, gamma, v, residual, relu, epsilon), gradient.Dbeta);
        Check(residual, dy, v => ReferenceBatchNorm.Forward(x, gamma, beta, v, relu, epsilon), gradient.Dresidual);
    }

    [Theory]
    [InlineData(7, 5)]
    [InlineData(2, 3)]
    [InlineData(1, 1)]
    public void Resize(int height, int width)
    {
        var g = ResizeGeometry.Create(new Shape(2, 3, 4, 2), height, width);
        double[] x = values.Normal(g.Input.Length), dy = values.Normal(g.Output.Length);
        Check(x, dy, v => ReferenceResize.Forward(v, g), ReferenceResize.Gradient(dy, g));
    }

    [Fact]
    public void Losses()
    {
        double[] logits = values.Normal(20), labels = values.Integers(4, 5), target = values.Uniform(20, 0, 1);
        Check(logits, [0.5], v => ReferenceLosses.SoftmaxCrossEntropy(v, labels),
            ReferenceLosses.SoftmaxCrossEntropyGradient(0.5, logits, labels));
        Check(logits, [0.5], v => ReferenceLosses.BinaryCrossEntropy(v, target),
            ReferenceLosses.BinaryCrossEntropyGradient(0.5, logits, target));
    }

    [Fact]
    public void Normalized_rows()
    {
        double[] x = values.Normal(20), dy = values.Normal(20);
        (double[] y, double[] norms) = ReferenceContrastive.NormalizeRows(x, 4);
        Check(x, dy, v => ReferenceContrastive.NormalizeRows(v, 4).Y,
            ReferenceContrastive.NormalizeRowsGradient(dy, y, norms));
    }

    [Fact]
    public void Supervised_contrastive()
    {
        double[] similarity = values.Uniform(36), labels = [0, 1, 0, 2, 1, 0];
        Check(similarity, [0.5], v => ReferenceContrastive.Loss(v, labels, 0.5),
            ReferenceContrastive.Gradient(0.5, similarity, labels, 0.5));
    }

    // sum over j of dy[j] (f(x + step)[j] - f(x - step)[j]) / (2 step), for each value of x.
    private static void Check(double[] x, double[] dy, Func<double[], double[]> forward, double[] gradient)
    {
        Assert.Equal(x.Length, gradient.Length);
        for (int i = 0; i < x.Length; i++)
        {
            double[] above = [.. x], below = [.. x];
            above[i] += Step;
            below[i] -= Step;
            double[] high = forward(above), low = forward(below);
            double expected = dy.Select((upstream, j) => upstream * (high[j] - low[j]) / (2 * Step)).Sum();
            Assert.True(
                Math.Abs(gradient[i] - expected) <= Absolute + Relative * Math.Abs(expected),
                $"Derivative by value {i}: {expected} by differences was expected. Got {gradient[i]}.");
        }
    }
}
