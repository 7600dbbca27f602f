using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class MemoryTests
{
    public static TheoryData<int> Lengths => [1, 2, 3, 7, 8, 9, 17, 257, 16384, 16385, 100_003];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Fill_writes_every_value(int length)
    {
        var check = new KernelCheck($"Fill [{length}]");
        var expected = new double[length];
        Array.Fill(expected, 2.5);
        int y = check.Output(new Shape(length), expected, Tolerance.Exact);
        check.Run((kernels, t, _) => kernels.Fill(t[y], 2.5f));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Copy_moves_every_value(int length)
    {
        var check = new KernelCheck($"Copy [{length}]");
        double[] values = new TestValues(length).Normal(length);
        int x = check.Input(new Shape(length), values);
        int y = check.Output(new Shape(length), values, Tolerance.Exact);
        check.Run((kernels, t, _) => kernels.Copy(t[y], t[x]));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Upload_and_Download_are_inverse(int length)
    {
        var check = new KernelCheck($"Upload and Download [{length}]");
        double[] values = new TestValues(length).Normal(length);
        float[] host = [.. values.Select(value => (float)value)];
        int y = check.Output(new Shape(length), values, Tolerance.Exact);
        check.Run((kernels, t, _) =>
        {
            kernels.Upload(t[y], host);
            var back = new float[length];
            kernels.Download(back, t[y]);
            Assert.Equal(host, back);
        });
    }
}
