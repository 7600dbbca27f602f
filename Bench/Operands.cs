using ManSharp.Tensors;

namespace ManSharp.Bench;

/// <summary>Operands of a benchmark: random values between -1 and 1.</summary>
internal static class Operands
{
    internal static Tensor Random(Device device, Shape shape)
    {
        var random = new CounterRandom(1, (ulong)shape.Length, 0);
        float[] values = new float[shape.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = random.NextSingle(-1, 1);
        Tensor tensor = device.Rent(shape);
        device.Kernels.Upload(tensor, values);
        return tensor;
    }

    internal static Tensor Scratch(Device device, int length) => length > 0 ? device.Rent(new Shape(length)) : Tensor.None;
}
