using ManSharp.Layers.Modules;
using ManSharp.Layers.Training;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Pure.Layers;

public sealed class InitializationTests
{
    [Theory]
    [InlineData(64, 3)]
    [InlineData(32, 1)]
    public void Convolutions_begin_normal_with_the_deviation_of_their_outputs(int outputs, int kernel)
    {
        float[] values = First(new Conv2d(48, outputs, kernel), seed: 5)["m.weight"];
        double deviation = Math.Sqrt(2.0 / (outputs * kernel * kernel));
        double mean = values.Average(), spread = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
        // Four times the standard errors of the mean and of the deviation.
        Assert.InRange(mean, -4 * deviation / Math.Sqrt(values.Length), 4 * deviation / Math.Sqrt(values.Length));
        Assert.Equal(deviation, spread, 4 * deviation / Math.Sqrt(2.0 * values.Length));
        // Normal: 4.55% beyond two deviations, and some beyond three.
        Assert.Equal(0.0455, values.Count(v => Math.Abs(v) > 2 * deviation) / (double)values.Length, 0.02);
        Assert.Contains(values, v => Math.Abs(v) > 3 * deviation);
    }

    [Fact]
    public void Linear_layers_begin_uniform_within_one_over_the_root_of_their_inputs()
    {
        Dictionary<string, float[]> first = First(new Linear(64, 100), seed: 5);
        Assert.All(first["m.weight"], value => Assert.InRange(value, -0.125f, 0.125f));
        Assert.Equal(0.125 / Math.Sqrt(3), Math.Sqrt(first["m.weight"].Average(v => (double)v * v)), 0.002);
        Assert.All(first["m.bias"], value => Assert.InRange(value, -0.125f, 0.125f));
        Assert.True(first["m.bias"].Distinct().Count() > 90);
    }

    [Fact]
    public void Batch_norms_begin_as_the_identity()
    {
        using Device device = Device.Cpu(1);
        var declaration = new Declaration();
        declaration.Child("m", new BatchNorm(5, relu: true));
        using var buffer = new ParameterBuffer(device, declaration);
        buffer.Initialize(seed: 5);
        // Each parameter is followed by zeros up to a multiple of four values.
        Assert.Equal([1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], device.Values(buffer.Values));
        Assert.Equal([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], device.Values(buffer.Statistics));
    }

    [Fact]
    public void Values_depend_on_the_seed_and_the_name_and_on_nothing_else()
    {
        float[] alone = First(new Conv2d(3, 4, 3), seed: 5)["m.weight"];
        Dictionary<string, float[]> beside = First(new ConvNorm("a", "b", new Conv2d(3, 4, 3), new BatchNorm(4, relu: true)), seed: 5);
        Assert.Equal(alone, First(new Conv2d(3, 4, 3), seed: 5)["m.weight"]);
        Assert.NotEqual(alone, First(new Conv2d(3, 4, 3), seed: 6)["m.weight"]);
        Assert.NotEqual(alone, beside["m.a.weight"]);
        using Device device = Device.Cpu(1);
        var declaration = new Declaration();
        declaration.Child("first", new Linear(7, 9));
        declaration.Child("m", new Conv2d(3, 4, 3));
        using var buffer = new ParameterBuffer(device, declaration);
        buffer.Initialize(seed: 5);
        Assert.Equal(alone, device.Values(declaration.Parameters[2].Parameter.Value));
    }

    private static Dictionary<string, float[]> First(Module module, ulong seed)
    {
        using Device device = Device.Cpu(1);
        var declaration = new Declaration();
        declaration.Child("m", module);
        using var buffer = new ParameterBuffer(device, declaration);
        buffer.Initialize(seed);
        return declaration.Parameters.ToDictionary(named => named.Name, named => device.Values(named.Parameter.Value));
    }
}
