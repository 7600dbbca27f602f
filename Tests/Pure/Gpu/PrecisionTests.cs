using ManSharp.Tensors;
using ManSharp.Tensors.Gpu;
using Xunit;

namespace ManSharp.Tests.Pure.Gpu;

public sealed class PrecisionTests
{
    [Theory]
    [InlineData("8.0")]
    [InlineData("8.9")]
    [InlineData("9.0")]
    [InlineData("12.0")]
    public void Tensor_cores_take_tf32_from_compute_capability_8(string capability)
    {
        GpuDescription gpu = Describe(capability, GpuStyle.Cuda);
        Assert.Equal(GpuStyle.CudaTensor, GpuDevice.StyleOf(gpu, Precision.Tf32));
        Assert.Equal(GpuStyle.Cuda, GpuDevice.StyleOf(gpu, Precision.Fp32));
    }

    [Theory]
    [InlineData("7.5", GpuStyle.Cuda, "compute capability 7.5")]
    [InlineData("6.1", GpuStyle.Cuda, "compute capability 6.1")]
    [InlineData("", GpuStyle.Cuda, "no known compute capability")]
    [InlineData("", GpuStyle.OpenCl, "no known compute capability")]
    [InlineData("", GpuStyle.Processor, "no known compute capability")]
    public void Tf32_is_refused_elsewhere_with_what_was_found(string capability, object style, string found)
    {
        GpuDescription gpu = Describe(capability, (GpuStyle)style);
        var error = Assert.Throws<DeviceException>(() => GpuDevice.StyleOf(gpu, Precision.Tf32));
        Assert.Contains("compute capability 8.0 or more", error.Message);
        Assert.Contains($"Got cuda:3 (Card, {found})", error.Message);
        Assert.Contains("--precision fp32", error.Message);
        Assert.Equal((GpuStyle)style, GpuDevice.StyleOf(gpu, Precision.Fp32));
    }

    private static GpuDescription Describe(string capability, GpuStyle style) =>
        new("cuda:3", "Card", 1 << 30, "driver", capability, style);
}
