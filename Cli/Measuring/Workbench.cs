using ManSharp.Tensors;

namespace ManSharp.Cli.Measuring;

/// <summary>A kernel with its operands, ready to be called.</summary>
/// <param name="Kernel">The method of <c>IKernels</c>.</param>
/// <param name="Shape">What it works on.</param>
/// <param name="Flops">Operations, where arithmetic bounds it; else 0.</param>
/// <param name="Bytes">What must be read and written at least, where memory bounds it; else 0.</param>
/// <param name="Output">A tensor that it writes.</param>
/// <param name="Run">One call.</param>
internal sealed record KernelCase(string Kernel, string Shape, double Flops, double Bytes, Tensor Output, Action Run);

/// <summary>Rents operands for one kernel and returns them when it was measured.</summary>
internal sealed class Workbench(Device device) : IDisposable
{
    private readonly List<Tensor> rented = [];

    internal Device Device => device;

    /// <summary>Random values between -1 and 1.</summary>
    internal Tensor Random(Shape shape)
    {
        var random = new CounterRandom(1, (ulong)rented.Count, 0);
        float[] values = new float[shape.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = random.NextSingle(-1, 1);
        return Upload(shape, values);
    }

    /// <summary>Every value the same.</summary>
    internal Tensor Constant(Shape shape, float value)
    {
        Tensor tensor = Rent(shape);
        device.Kernels.Fill(tensor, value);
        return tensor;
    }

    /// <summary>Class indices below <paramref name="classes"/>.</summary>
    internal Tensor Labels(int count, int classes) =>
        Upload(new Shape(count), [.. Enumerable.Range(0, count).Select(i => (float)(i * 7 % classes))]);

    /// <summary>Scratch of a number of values; none of it where that is 0.</summary>
    internal Tensor Scratch(int length) => length > 0 ? Rent(new Shape(length)) : Tensor.None;

    public void Dispose() => rented.ForEach(tensor => tensor.Release());

    private Tensor Upload(Shape shape, float[] values)
    {
        Tensor tensor = Rent(shape);
        device.Kernels.Upload(tensor, values);
        return tensor;
    }

    private Tensor Rent(Shape shape)
    {
        Tensor tensor = device.Rent(shape);
        rented.Add(tensor);
        return tensor;
    }
}
