using BenchmarkDotNet.Attributes;
using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Bench;

/// <summary>Matrix products: a classifier's, a decoder's taps, a square one.</summary>
public class GemmBenchmarks
{
    private Device device = null!;
    private GemmGeometry geometry;
    private Tensor a, b, c, scratch;

    [Params("128x64x10", "8192x64x108", "1024x1024x1024")]
    public string Size { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        device = Device.Cpu();
        int[] sizes = [.. Size.Split('x').Select(int.Parse)];
        a = Operands.Random(device, new Shape(sizes[0], sizes[1]));
        b = Operands.Random(device, new Shape(sizes[1], sizes[2]));
        geometry = GemmGeometry.Create(a.Shape, b.Shape);
        c = device.Rent(geometry.Output);
        scratch = Operands.Scratch(device, device.Kernels.GemmScratch(geometry));
    }

    [GlobalCleanup]
    public void Cleanup() => device.Dispose();

    [Benchmark]
    public void Product() => device.Kernels.Gemm(c, scratch, a, b, Tensor.None, geometry, Write.Set);
}
