using BenchmarkDotNet.Attributes;
using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Bench;

/// <summary>The 3x3 convolutions of the three stages of a network for 32x32 images, batch 128.</summary>
public class Conv2dBenchmarks
{
    private Device device = null!;
    private Conv2dGeometry geometry;
    private Tensor x, w, y, forward, input, weight;

    [Params(16, 32, 64)]
    public int Channels { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        device = Device.Cpu();
        int size = 512 / Channels;
        geometry = Conv2dGeometry.Create(
            new Shape(128, size, size, Channels), new Shape(3, 3, Channels, Channels), stride: 1, padding: 1);
        x = Operands.Random(device, geometry.Input);
        w = Operands.Random(device, geometry.Weight);
        y = Operands.Random(device, geometry.Output);
        forward = Scratch(Conv2dPass.Forward);
        input = Scratch(Conv2dPass.InputGradient);
        weight = Scratch(Conv2dPass.WeightGradient);
    }

    [GlobalCleanup]
    public void Cleanup() => device.Dispose();

    [Benchmark]
    public void Forward() => device.Kernels.Conv2dForward(y, forward, x, w, Tensor.None, geometry);

    [Benchmark]
    public void InputGradient() => device.Kernels.Conv2dInputGradient(x, input, y, w, geometry, Write.Set);

    [Benchmark]
    public void WeightGradient() => device.Kernels.Conv2dWeightGradient(w, weight, x, y, geometry, Write.Set);

    private Tensor Scratch(Conv2dPass pass) => Operands.Scratch(device, device.Kernels.Conv2dScratch(geometry, pass));
}
