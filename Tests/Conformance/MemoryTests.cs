using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using ManSharp.Tensors.Memory;
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

    /// <summary>
    /// Memory that is reserved at once is one segment as far as the driver grants it, and places in it are beyond what
    /// 32 bits count. What lies before is only rented, so a system that gives pages when they are written gives few.
    /// </summary>
    [Fact]
    public void Values_beyond_four_GiB_of_a_segment_are_found()
    {
        var before = new Shape(1 << 30);
        var shape = new Shape(100_003);
        float[] values = [.. new TestValues(1).Normal(shape.Length).Select(value => (float)value)];
        lock (TestDevices.Gate)
        {
            int tried = 0;
            foreach (TestDevice present in TestDevices.All)
            {
                Device device = present.Device;
                if (!device.Memory.Reserve(new MemoryLayout(0, [], [before.Bytes + (8 << 20)])))
                    continue; // The driver does not grant so much at once.
                tried++;
                Tensor rented = device.Rent(before), x = device.Rent(shape), y = device.Rent(shape);
                try
                {
                    Assert.True(x.Block.OffsetBytes >= 1L << 32, present.Name);
                    device.Kernels.Upload(x, values);
                    device.Kernels.Fill(y, 0.5f);
                    device.Kernels.Scale(y, x, 1, Write.Add);
                    var found = new float[shape.Length];
                    device.Kernels.Download(found, y);
                    Assert.Equal(values.Select(value => 0.5f + value), found);
                }
                finally
                {
                    rented.Release();
                    x.Release();
                    y.Release();
                    device.Memory.Trim();
                }
            }
            Assert.True(tried > 0, "the CPU grants it");
        }
    }
}
