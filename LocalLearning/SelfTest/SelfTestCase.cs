using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.LocalLearning.SelfTest;

/// <summary>One kernel call, on made-up values; tensors that it writes hold values beforehand, which tests adding to them.</summary>
/// <param name="Family">The kernel family.</param>
/// <param name="Shapes">A shape a tensor.</param>
/// <param name="Call">The call; scratch memory is its fourth argument's to lend.</param>
/// <param name="Classes">Where positive, the last tensor holds labels below this.</param>
/// <param name="Scratch">How many values of scratch memory the call wants.</param>
internal sealed record SelfTestCase(
    string Family, Shape[] Shapes, Action<IKernels, Tensor[], Tensor> Call, int Classes = 0, Func<IKernels, int>? Scratch = null)
{
    /// <summary>Whether the case is worth its time at every start of a program.</summary>
    internal bool Brief { get; init; }

    /// <summary>How far the device's tensors are from the CPU's after the call.</summary>
    internal double Deviation(Device device, Device cpu)
    {
        List<float[]> expected = Results(cpu), actual = Results(device);
        double worst = 0;
        for (int i = 0; i < expected.Count; i++)
            worst = Math.Max(worst, Deviation(expected[i], actual[i]));
        return worst;
    }

    internal static double Deviation(float[] expected, float[] actual)
    {
        double scale = Math.Sqrt(expected.Sum(value => (double)value * value) / expected.Length);
        double worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs((double)actual[i] - expected[i]);
            double relative = error == 0 ? 0 : error / Math.Max(Math.Max(Math.Abs(expected[i]), scale), 1e-30);
            worst = double.IsNaN(relative) ? double.PositiveInfinity : Math.Max(worst, relative);
        }
        return worst;
    }

    /// <summary>Fills a tensor with values of a stream of random numbers, from low to high.</summary>
    internal static void Write(Device device, Tensor tensor, ulong stream, float low, float high)
    {
        var random = new CounterRandom(20, stream, 0);
        var values = new float[tensor.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = low + (high - low) * random.NextSingle();
        device.Kernels.Upload(tensor, values);
    }

    /// <summary>Fills a tensor with classes.</summary>
    internal static void WriteLabels(Device device, Tensor tensor, ulong stream, int classes)
    {
        var random = new CounterRandom(20, stream, 0);
        var values = new float[tensor.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = random.NextInt32(classes);
        device.Kernels.Upload(tensor, values);
    }

    private List<float[]> Results(Device device)
    {
        Tensor[] tensors = [.. Shapes.Select(device.Rent)];
        int scratchLength = Scratch?.Invoke(device.Kernels) ?? 0;
        Tensor scratch = scratchLength == 0 ? Tensor.None : device.Rent(new Shape(scratchLength));
        for (int i = 0; i < tensors.Length; i++)
            if (Classes > 0 && i == tensors.Length - 1)
                WriteLabels(device, tensors[i], (ulong)i, Classes);
            else
                Write(device, tensors[i], (ulong)i, 0.1f, 1.1f);
        Call(device.Kernels, tensors, scratch);
        var results = new List<float[]>();
        foreach (Tensor tensor in tensors)
        {
            var values = new float[tensor.Length];
            device.Kernels.Download(values, tensor);
            results.Add(values);
            tensor.Release();
        }
        if (!scratch.IsNone)
            scratch.Release();
        return results;
    }
}
