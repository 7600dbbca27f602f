using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Pure;

public sealed class DryKernelsTests
{
    [Fact]
    public void Calls_are_counted_and_downloads_are_zero()
    {
        using Device device = Device.Dry();
        Tensor x = device.Rent(new Shape(5));
        device.Kernels.Fill(x, 3);
        float[] y = [1, 2, 3, 4, 5];
        device.Kernels.Download(y, x);
        Assert.Equal(2, device.Kernels.Calls);
        Assert.Equal(new float[5], y);
        Assert.False(device.Computes);
    }
}
