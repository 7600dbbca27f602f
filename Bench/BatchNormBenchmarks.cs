using BenchmarkDotNet.Attributes;
using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Bench;

/// <summary>Batch norm with ReLU over the features of the three stages of a network for 32x32 images, batch 128.</summary>
public class BatchNormBenchmarks
{
    private Device device = null!;
    private Tensor x, y, dx, dy, mean, deviation, gamma, beta, dgamma, dbeta, scratch;

    [Params(16, 32, 64)]
    public int Channels { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        device = Device.Cpu();
        var shape = new Shape(128, 512 / Channels, 512 / Channels, Channels);
        var channel = new Shape(Channels);
        (x, y) = (Operands.Random(device, shape), Operands.Random(device, shape));
        (dx, dy) = (Operands.Random(device, shape), Operands.Random(device, shape));
        (gamma, beta) = (Operands.Random(device, channel), Operands.Random(device, channel));
        (mean, deviation) = (device.Rent(channel), device.Rent(channel));
        (dgamma, dbeta) = (device.Rent(channel), device.Rent(channel));
        scratch = device.Rent(new Shape(2 * Channels));
        Statistics();
    }

    [GlobalCleanup]
    public void Cleanup() => device.Dispose();

    [Benchmark]
    public void Statistics() =>
        device.Kernels.BatchNormStatistics(mean, deviation, Tensor.None, Tensor.None, x, epsilon: 1e-5f, momentum: 0.1f);

    [Benchmark]
    public void Apply() => device.Kernels.BatchNormApply(y, x, mean, deviation, gamma, beta, Tensor.None, relu: true);

    [Benchmark]
    public void Gradient() => device.Kernels.BatchNormGradient(
        dx, dgamma, dbeta, Tensor.None, scratch, dy, x, y, mean, deviation, gamma, Write.Set, Write.Set, Write.Set);
}
