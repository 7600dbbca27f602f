using ManSharp.Tensors;
using ManSharp.Tests.Reference;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class LossTests
{
    private const double Upstream = 0.75;

    [Theory]
    [InlineData(1, 2)]
    [InlineData(7, 3)]
    [InlineData(5, 10)]
    [InlineData(3, 17)]
    [InlineData(6, 100)]
    [InlineData(129, 257)]
    [InlineData(4001, 10)]
    public void SoftmaxCrossEntropy(int rows, int classes)
    {
        var values = new TestValues(rows + classes);
        double[] logits = values.Normal(rows * classes, mean: 40, deviation: 5),
            labels = values.Integers(rows, classes);
        var check = new KernelCheck($"SoftmaxCrossEntropy [{rows}, {classes}]");
        int z = check.Input(new Shape(rows, classes), logits);
        int l = check.Input(new Shape(rows), labels);
        int u = check.Input(new Shape(1), [Upstream]);
        int loss = check.Output(new Shape(1), ReferenceLosses.SoftmaxCrossEntropy(logits, labels), Tolerance.Sum,
            "loss");
        double[] gradient = ReferenceLosses.SoftmaxCrossEntropyGradient(Upstream, logits, labels);
        int dz = check.Gradient(new Shape(rows, classes), gradient, Tolerance.Sum, "dlogits");
        check.Run((kernels, t, write) =>
        {
            kernels.SoftmaxCrossEntropy(t[loss], t[z], t[l]);
            kernels.SoftmaxCrossEntropyGradient(t[dz], t[u], t[z], t[l], write);
        });
    }

    [Fact]
    public void BinaryCrossEntropy()
    {
        foreach (int length in (int[])[.. Enumerable.Range(1, 67), 257, 2049, 16385, 100_003])
        {
            var values = new TestValues(length);
            double[] logits = values.Normal(length, deviation: 4), target = values.Uniform(length, 0, 1);
            var check = new KernelCheck($"BinaryCrossEntropy [{length}]");
            var shape = new Shape(length);
            int z = check.Input(shape, logits);
            int v = check.Input(shape, target);
            int u = check.Input(new Shape(1), [Upstream]);
            int loss = check.Output(new Shape(1), ReferenceLosses.BinaryCrossEntropy(logits, target), Tolerance.Sum,
                "loss");
            double[] gradient = ReferenceLosses.BinaryCrossEntropyGradient(Upstream, logits, target);
            int dz = check.Gradient(shape, gradient, Tolerance.Transcendental, "dlogits");
            check.Run((kernels, t, write) =>
            {
                kernels.BinaryCrossEntropy(t[loss], t[z], t[v]);
                kernels.BinaryCrossEntropyGradient(t[dz], t[u], t[z], t[v], write);
            });
        }
    }

    [Fact]
    public void BinaryCrossEntropy_of_extreme_logits_is_finite()
    {
        double[] logits = [-1000, -100, -90, 90, 100, 1000, 0], target = [0, 0, 0, 1, 1, 1, 0.5];
        var check = new KernelCheck("BinaryCrossEntropy of extremes");
        int z = check.Input(new Shape(7), logits);
        int v = check.Input(new Shape(7), target);
        int u = check.Input(new Shape(1), [7]);
        int loss = check.Output(new Shape(1), [Math.Log(2) / 7], Tolerance.Sum, "loss");
        int dz = check.Gradient(new Shape(7), new double[7], Tolerance.Exact, "dlogits");
        check.Run((kernels, t, write) =>
        {
            kernels.BinaryCrossEntropy(t[loss], t[z], t[v]);
            kernels.BinaryCrossEntropyGradient(t[dz], t[u], t[z], t[v], write);
        });
    }
}
