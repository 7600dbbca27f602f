using ManSharp.Autograd.Ops;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class LossGradientTests
{
    [Fact]
    public void SoftmaxCrossEntropy_has_its_gradient()
    {
        using var check = new GradientCheck(seed: 61);
        float[] labels = [2, 0, 6, 3, 0];
        Tensor target = check.Constant(new Shape(5), labels);
        check.Passes(
            [new Shape(5, 7)], [], (tape, inputs, _) => tape.SoftmaxCrossEntropy(inputs[0], target),
            operands => [labels.Select((label, n) =>
            {
                double[] row = operands[0][(7 * n)..(7 * n + 7)];
                return (Math.Log(row.Sum(Math.Exp)) - row[(int)label]) / labels.Length;
            }).Sum()]);
    }

    [Fact]
    public void BinaryCrossEntropy_has_its_gradient()
    {
        using var check = new GradientCheck(seed: 62);
        Shape shape = new(2, 3, 5, 4);
        var random = new CounterRandom(62, 7, 0);
        float[] pixels = new float[shape.Length];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = i < 2 ? i : random.NextSingle();
        Tensor target = check.Constant(shape, pixels);
        check.Passes(
            [shape], [], (tape, inputs, _) => tape.BinaryCrossEntropy(inputs[0], target),
            operands => [operands[0].Zip(pixels, (z, t) =>
                (-t * Math.Log(1 / (1 + Math.Exp(-z))) - (1 - t) * Math.Log(1 - 1 / (1 + Math.Exp(-z)))) / pixels.Length).Sum()]);
    }

    [Theory]
    [InlineData(0.07f)]
    [InlineData(0.5f)]
    public void SupervisedContrastive_has_its_gradient(float temperature)
    {
        using var check = new GradientCheck(seed: 63);
        // Class 2 has one image: it has no partner.
        float[] labels = [1, 0, 1, 2, 0, 1];
        Tensor target = check.Constant(new Shape(6), labels);
        check.Passes(
            [new Shape(6, 5)], [], (tape, inputs, _) => tape.SupervisedContrastive(inputs[0], target, temperature),
            operands => [SupervisedContrastive(operands[0], labels, temperature)]);
    }

    private static double SupervisedContrastive(double[] features, float[] labels, double temperature)
    {
        int count = labels.Length, width = features.Length / count;
        double Norm(int i) => Math.Sqrt(Enumerable.Range(0, width).Sum(f => features[i * width + f] * features[i * width + f]));
        double Similarity(int i, int j) =>
            Enumerable.Range(0, width).Sum(f => features[i * width + f] * features[j * width + f]) / Norm(i) / Norm(j) / temperature;
        double loss = 0;
        for (int i = 0; i < count; i++)
        {
            int[] others = [.. Enumerable.Range(0, count).Where(j => j != i)];
            int[] partners = [.. others.Where(j => labels[j] == labels[i])];
            double all = Math.Log(others.Sum(j => Math.Exp(Similarity(i, j))));
            if (partners.Length > 0)
                loss -= partners.Average(j => Similarity(i, j) - all) / count;
        }
        return loss;
    }
}
