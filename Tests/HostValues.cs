using ManSharp.Tensors;

namespace ManSharp.Tests;

/// <summary>Values on the host and the way to a device and back.</summary>
internal static class HostValues
{
    /// <summary>Standard normal values, a function of the two numbers.</summary>
    public static float[] Normal(int length, ulong seed, ulong stream = 0)
    {
        var random = new CounterRandom(seed, stream, 0);
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
            values[i] = random.NextNormal();
        return values;
    }

    /// <summary>Rents a tensor with these values; the caller releases it.</summary>
    public static Tensor Put(this Device device, Shape shape, ReadOnlySpan<float> values)
    {
        Tensor tensor = device.Rent(shape);
        device.Kernels.Upload(tensor, values);
        return tensor;
    }

    /// <summary>The values of a tensor; none of the absent one.</summary>
    public static float[] Values(this Device device, Tensor tensor)
    {
        float[] values = new float[tensor.Length];
        if (values.Length > 0)
            device.Kernels.Download(values, tensor);
        return values;
    }
}
