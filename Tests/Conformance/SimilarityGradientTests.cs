using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Tensors;
using ManSharp.Tests.Reference;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class SimilarityGradientTests
{
    [Theory]
    [InlineData(3, 4, 5)]
    [InlineData(1, 2, 4)]
    [InlineData(3, 2, 3)]
    [InlineData(1, 1, 6)]
    public void SimilarityFeatures_have_their_gradients(int height, int width, int channels)
    {
        using var check = new GradientCheck(seed: 81);
        check.Passes(
            [new Shape(3, height, width, channels)], [], (tape, inputs, _) => tape.SimilarityFeatures(inputs[0]),
            operands => [.. ReferenceSimilarity.Features(operands[0], 3, height * width, channels).SelectMany(row => row)]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void SimilarityMatching_has_its_gradient(int classes)
    {
        using var check = new GradientCheck(seed: 82);
        float[] labels = [1, 0, 1, 1, 0, 1];
        Tensor target = check.Constant(new Shape(6), labels);
        check.Passes(
            [new Shape(6, 7)], [], (tape, inputs, _) => tape.SimilarityMatching(inputs[0], target, classes),
            operands => [ReferenceSimilarity.Matching(
                [.. operands[0].Chunk(7)], [.. labels.Select(label => (double)label)], classes)]);
    }

    // Rows (1, 0), (0, 1), (3, 1) less their means are (1, -1) / 2, its opposite, and (1, -1): R is 1 but for the second row
    // and column, where it is -1. T of two classes 0, 1, 1 is 1 but for the first row and column, where it is -1.
    // R - T is 0, 2, -2 around the diagonal: (0,1): -1 + 1 = 0; (0,2): 1 + 1 = 2; (1,2): -1 - 1 = -2.
    [Fact]
    public void SimilarityMatching_by_hand()
    {
        using Device device = Device.Cpu(1);
        Tensor rows = device.Put(new Shape(3, 2), [1, 0, 0, 1, 3, 1]), labels = device.Put(new Shape(3), [0, 1, 1]);
        using var tape = new Tape(device, TapeMode.Training);
        float loss = device.Values(tape.ValueOf(tape.SimilarityMatching(tape.Input(rows), labels, classes: 2)))[0];
        Assert.Equal((4 + 4 + 4 + 4) / 9.0, loss, 1e-6);
    }

    // Channels 1, 3, 5, 7 over four pixels: the deviation from 4 is 3, 1, 1, 3, and sqrt(20 / 3); a constant has none.
    [Fact]
    public void SimilarityFeatures_by_hand()
    {
        using Device device = Device.Cpu(1);
        Tensor images = device.Put(new Shape(1, 2, 2, 4), [1, 2, 1, 0, 3, 2, 1, 0, 5, 2, -1, 0, 7, 2, -1, 4]);
        using var tape = new Tape(device, TapeMode.Training);
        float[] deviations = device.Values(tape.ValueOf(tape.SimilarityFeatures(tape.Input(images))));
        double[] expected = [Math.Sqrt(20 / 3.0), 0, Math.Sqrt(4 / 3.0), 2];
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], deviations[i], 1e-6);
    }

    [Fact]
    public void Features_without_labels_are_refused()
    {
        using Device device = Device.Dry();
        using var tape = new Tape(device, TapeMode.Training);
        Variable rows = tape.Input(device.Rent(new Shape(3, 2)));
        string message = Assert.Throws<ShapeException>(
            () => tape.SimilarityMatching(rows, device.Rent(new Shape(4)), 2)).Message;
        Assert.Contains("Got [3, 2], labels [4]", message, StringComparison.Ordinal);
    }
}
