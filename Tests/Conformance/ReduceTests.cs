using ManSharp.Tensors;
using ManSharp.Tests.Reference;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class ReduceTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(5, 3)]
    [InlineData(97, 12)]
    [InlineData(10, 16)]
    [InlineData(19, 17)]
    [InlineData(6, 40)]
    [InlineData(4, 131)]
    [InlineData(7, 523)]
    [InlineData(2, 1024)]
    [InlineData(70_003, 1)]
    [InlineData(30_001, 3)]
    [InlineData(9_001, 12)]
    [InlineData(5_003, 16)]
    [InlineData(2_003, 32)]
    [InlineData(1_001, 128)]
    [InlineData(401, 523)]
    public void SumRows_of_each_channel(int rows, int channels)
    {
        var check = new KernelCheck($"SumRows [{rows}, {channels}]");
        double[] values = new TestValues(rows + channels).Normal(rows * channels, mean: 0.5);
        int x = check.Input(new Shape(rows, channels), values);
        int y = check.Gradient(new Shape(channels), ReferenceReduce.SumRows(values, channels), Tolerance.Sum, "y");
        check.Run((kernels, t, write) => kernels.SumRows(t[y], t[x], write));
    }

    [Fact]
    public void Sum_of_any_length()
    {
        foreach (int length in (int[])[.. Enumerable.Range(1, 257), 2047, 2049, 16384, 16385, 100_003])
        {
            var check = new KernelCheck($"Sum [{length}]");
            double[] values = new TestValues(length).Normal(length, mean: 1);
            int x = check.Input(new Shape(length), values);
            int y = check.Gradient(new Shape(1), ReferenceReduce.Sum(values), Tolerance.Sum, "y");
            check.Run((kernels, t, write) => kernels.Sum(t[y], t[x], write));
        }
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(13, 3)]
    [InlineData(50, 10)]
    [InlineData(31, 17)]
    [InlineData(9, 100)]
    [InlineData(5_001, 10)]
    public void CountCorrect_lets_the_first_of_equals_win(int rows, int classes)
    {
        var values = new TestValues(rows + classes);
        double[] labels = values.Integers(rows, classes);
        foreach (double[] logits in (double[][])[values.Integers(rows * classes, 4), values.Normal(rows * classes)])
        {
            var check = new KernelCheck($"CountCorrect [{rows}, {classes}]");
            int x = check.Input(new Shape(rows, classes), logits);
            int l = check.Input(new Shape(rows), labels);
            int y = check.Output(new Shape(1), ReferenceReduce.CountCorrect(logits, labels), Tolerance.Exact);
            check.Run((kernels, t, _) => kernels.CountCorrect(t[y], t[x], t[l]));
        }
    }
}
