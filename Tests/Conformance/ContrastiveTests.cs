using ManSharp.Tensors;
using ManSharp.Tests.Reference;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class ContrastiveTests
{
    private const double Temperature = 0.0703125;
    private const double Upstream = 0.75;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 5)]
    [InlineData(5, 17)]
    [InlineData(7, 128)]
    [InlineData(301, 128)]
    public void NormalizeRows(int rows, int length)
    {
        var values = new TestValues(rows + length);
        double[] input = values.Normal(rows * length), upstream = values.Normal(rows * length);
        // A row of zeros, and one below the floor of the norm.
        if (rows > 2)
        {
            Array.Clear(input, length, length);
            for (int j = 0; j < length; j++)
                input[2 * length + j] = (float)1e-14 * (j % 2 == 0 ? 1 : -1);
        }
        (double[] output, double[] lengths) = ReferenceContrastive.NormalizeRows(input, rows);
        double[] savedY = TestValues.Round(output), savedNorms = TestValues.Round(lengths);
        var shape = new Shape(rows, length);
        var check = new KernelCheck($"NormalizeRows {shape}");
        int x = check.Input(shape, input);
        int unit = check.Input(shape, savedY);
        int norm = check.Input(new Shape(rows), savedNorms);
        int dy = check.Input(shape, upstream);
        int y = check.Output(shape, output, Tolerance.Elementwise);
        int norms = check.Output(new Shape(rows), lengths, Tolerance.Elementwise, "norms");
        double[] gradient = ReferenceContrastive.NormalizeRowsGradient(upstream, savedY, savedNorms);
        int dx = check.Gradient(shape, gradient, Tolerance.Sum);
        check.Run((kernels, t, write) =>
        {
            kernels.NormalizeRows(t[y], t[norms], t[x]);
            kernels.NormalizeRowsGradient(t[dx], t[dy], t[unit], t[norm], write);
        });
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(5, 2)]
    [InlineData(13, 10)]
    [InlineData(33, 4)]
    [InlineData(270, 10)]
    public void SupervisedContrastive(int rows, int classes)
    {
        var values = new TestValues(rows + classes);
        double[] similarities = values.Uniform(rows * rows), classOf = values.Integers(rows, classes);
        classOf[0] = classes; // An anchor without a partner.
        var shape = new Shape(rows, rows);
        var check = new KernelCheck($"SupervisedContrastive {shape}");
        int s = check.Input(shape, similarities);
        int l = check.Input(new Shape(rows), classOf);
        int u = check.Input(new Shape(1), [Upstream]);
        double[] expected = ReferenceContrastive.Loss(similarities, classOf, Temperature);
        double[] gradient = ReferenceContrastive.Gradient(Upstream, similarities, classOf, Temperature);
        int loss = check.Output(new Shape(1), expected, Tolerance.Sum, "loss");
        int ds = check.Output(shape, gradient, Tolerance.Sum, "dsimilarity");
        check.Run((kernels, t, _) =>
        {
            kernels.SupervisedContrastive(t[loss], t[s], t[l], (float)Temperature);
            kernels.SupervisedContrastiveGradient(t[ds], t[u], t[s], t[l], (float)Temperature);
        });
    }
}
