using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Pure.Gpu;

public sealed class DeviceNameTests
{
    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    [InlineData("opencl:-1")]
    [InlineData("opencl:0:1")]
    [InlineData("cpu:0")]
    [InlineData("")]
    public void A_name_that_is_none_says_which_there_are(string name)
    {
        var error = Assert.Throws<DeviceException>(() => Device.Parse(name));
        Assert.Contains($"'{name}'", error.Message);
        Assert.Contains("auto, cpu, cuda:0, opencl:0, dry", error.Message);
    }

    [Theory]
    [InlineData("cuda:99")]
    [InlineData("opencl:99")]
    public void A_number_that_is_too_large_says_what_was_found_and_what_to_do(string name)
    {
        var error = Assert.Throws<DeviceException>(() => Device.Parse(name));
        Assert.Contains($"{name} was expected", error.Message);
        Assert.Contains("--device cpu", error.Message);
        foreach (GpuDescription present in Device.ListGpus())
            Assert.Contains(present.Id, error.Message);
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("opencl:0")]
    [InlineData("dry")]
    public void Tf32_is_refused_where_there_are_no_tensor_cores(string name)
    {
        var error = Assert.Throws<DeviceException>(() => Device.Parse(name, precision: Precision.Tf32));
        Assert.Contains($"'{name}'", error.Message);
        Assert.Contains("--precision fp32", error.Message);
    }

    [Theory]
    [InlineData("dry", 64)]
    [InlineData("dry:cuda", 256)]
    [InlineData("dry:opencl", 256)]
    [InlineData("dry:processor", 256)]
    public void A_dry_device_rounds_as_its_model_does(string name, long bytes)
    {
        using Device device = Device.Parse(name);
        device.Rent(new Shape(1));
        Assert.Equal(bytes, device.Memory.LiveBytes);
        Assert.False(device.Computes);
    }

    [Theory]
    [InlineData("cpu", 64)]
    [InlineData("cuda", 256)]
    [InlineData("cuda:99", 256)]
    [InlineData("opencl:99", 256)]
    [InlineData("dry:cuda", 256)]
    [InlineData("dry", 64)]
    public void A_device_need_not_be_there_to_be_planned_for(string name, long bytes)
    {
        using Device device = Device.ParseDry(name);
        Assert.False(device.Computes);
        Assert.Equal(bytes, device.Memory.BytesOf(new Shape(1)));
        using Device again = device.CreateDry();
        Assert.Equal(bytes, again.Memory.BytesOf(new Shape(1)));
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    [InlineData("opencl:-1")]
    [InlineData("cpu:0")]
    public void Planning_refuses_names_that_are_none(string name) =>
        Assert.Contains($"'{name}'", Assert.Throws<DeviceException>(() => Device.ParseDry(name)).Message);

    [Fact]
    public void Automatic_choice_never_takes_a_processor_behind_OpenCL()
    {
        using Device device = Device.Parse("auto");
        Assert.DoesNotContain(Device.ListGpus(), gpu => gpu.IsProcessor && gpu.Id == device.Name);
    }
}
