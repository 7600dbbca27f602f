using ManSharp.Autograd;
using ManSharp.Layers.Modules;
using ManSharp.Layers.Training;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Pure.Layers;

public sealed class ParameterBufferTests : IDisposable
{
    private readonly Device device = Device.Cpu(1);

    public void Dispose() => device.Dispose();

    [Fact]
    public void Each_parameter_begins_at_a_multiple_of_four_values_in_the_order_of_declaration()
    {
        using ParameterBuffer buffer = Buffer(new Shape(5), new Shape(3, 2), new Shape(4), new Shape(1));
        Assert.Equal(8 + 8 + 4 + 4, buffer.Values.Length);
        int[] starts = [.. buffer.Declaration.Parameters.Select(named => named.Parameter.Value.Offset)];
        Assert.Equal([0, 8, 16, 20], starts);
        for (int i = 0; i < starts.Length; i++)
            device.Kernels.Fill(buffer.Declaration.Parameters[i].Parameter.Value, i + 1);
        Assert.Equal([1, 1, 1, 1, 1, 0, 0, 0, 2, 2, 2, 2, 2, 2, 0, 0, 3, 3, 3, 3, 4, 0, 0, 0], device.Values(buffer.Values));
    }

    [Fact]
    public void Gradients_lie_as_the_values_do_and_zeros_fill_them_up()
    {
        using ParameterBuffer buffer = Buffer(new Shape(5), new Shape(3, 2), new Shape(4), new Shape(1));
        Poison(buffer.Values.Shape);
        buffer.BeginGradients();
        foreach (NamedParameter named in buffer.Declaration.Parameters)
            device.Kernels.Fill(named.Parameter.GradientFor(out _), 7);
        buffer.CompleteGradients();
        Assert.Equal([7, 7, 7, 7, 7, 0, 0, 0, 7, 7, 7, 7, 7, 7, 0, 0, 7, 7, 7, 7, 7, 0, 0, 0], device.Values(buffer.Gradients));
    }

    [Fact]
    public void What_no_operation_wrote_is_completed_with_zeros()
    {
        using ParameterBuffer buffer = Buffer(new Shape(5), new Shape(3));
        Poison(buffer.Values.Shape);
        buffer.BeginGradients();
        device.Kernels.Fill(buffer.Declaration.Parameters[1].Parameter.GradientFor(out _), 7);
        buffer.CompleteGradients();
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 7, 7, 7, 0], device.Values(buffer.Gradients));
    }

    [Fact]
    public void Gradients_die_with_the_step()
    {
        using ParameterBuffer buffer = Buffer(new Shape(16), new Shape(16));
        long live = device.Memory.LiveBytes;
        Assert.False(buffer.Declaration.Parameters[0].Parameter.Trains);
        buffer.BeginGradients();
        Assert.Equal(live + 128, device.Memory.LiveBytes);
        Tensor gradient = buffer.Declaration.Parameters[0].Parameter.Gradient;
        Assert.True(buffer.Declaration.Parameters[0].Parameter.Trains);
        buffer.EndGradients();
        Assert.Equal(live, device.Memory.LiveBytes);
        Assert.False(buffer.Declaration.Parameters[0].Parameter.Trains);
        Assert.True(buffer.Gradients.IsNone);
        Assert.Contains("[16]", Assert.Throws<DeviceException>(() => device.Values(gradient)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Disposing_returns_everything_in_the_middle_of_a_step()
    {
        ParameterBuffer buffer = Buffer(new Shape(5));
        buffer.BeginGradients();
        buffer.Dispose();
        Assert.Equal(0, device.Memory.LiveBytes);
    }

    [Fact]
    public void Statistics_lie_one_after_the_other()
    {
        var declaration = new Declaration();
        declaration.Child("a", new BatchNorm(3, relu: false));
        declaration.Child("b", new BatchNorm(2, relu: false));
        using var buffer = new ParameterBuffer(device, declaration);
        buffer.Initialize(seed: 0);
        Assert.Equal(["a.running_mean", "a.running_var", "b.running_mean", "b.running_var"], declaration.Statistics.Select(s => s.Name));
        Assert.Equal(["a.weight", "a.bias", "b.weight", "b.bias"], declaration.Parameters.Select(p => p.Name));
        Assert.Equal([0, 0, 0, 1, 1, 1, 0, 0, 1, 1], device.Values(buffer.Statistics));
    }

    // What is rented next finds this in its memory.
    private void Poison(Shape shape)
    {
        Tensor tensor = device.Rent(shape);
        device.Kernels.Fill(tensor, float.NaN);
        tensor.Release();
    }

    private ParameterBuffer Buffer(params Shape[] shapes)
    {
        var declaration = new Declaration();
        for (int i = 0; i < shapes.Length; i++)
            declaration.Parameter($"p{i}", new Parameter(shapes[i]), Initialization.Constant(0));
        var buffer = new ParameterBuffer(device, declaration);
        buffer.Initialize(seed: 0);
        return buffer;
    }
}
