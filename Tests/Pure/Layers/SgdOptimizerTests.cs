using ManSharp.Autograd;
using ManSharp.Layers.Modules;
using ManSharp.Layers.Training;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Pure.Layers;

public sealed class SgdOptimizerTests
{
    private const int Length = 37;

    [Theory]
    [InlineData(0.9f, 0.01f, true)]
    [InlineData(0.9f, 0.01f, false)]
    [InlineData(0f, 0f, false)]
    [InlineData(0.5f, 0f, true)]
    public void Three_steps_are_those_of_the_formula(float momentum, float decay, bool nesterov)
    {
        using Device device = Device.Cpu(1);
        using ParameterBuffer buffer = Buffer(device, new Shape(Length));
        float[] start = HostValues.Normal(Length, seed: 3);
        device.Kernels.Upload(buffer.Declaration.Parameters[0].Parameter.Value, start);
        using var optimizer = new SgdOptimizer(device, buffer, new SgdOptions(momentum, decay, nesterov));
        double[] w = [.. start.Select(value => (double)value)], v = new double[Length];
        for (int step = 0; step < 3; step++)
        {
            float rate = 0.1f / (step + 1);
            float[] gradient = HostValues.Normal(Length, seed: 3, stream: (ulong)step + 1);
            buffer.BeginGradients();
            device.Kernels.Upload(buffer.Declaration.Parameters[0].Parameter.Gradient, gradient);
            optimizer.Step(rate);
            for (int i = 0; i < Length; i++)
            {
                double g = gradient[i] + decay * w[i];
                v[i] = momentum * v[i] + g;
                w[i] -= rate * (nesterov ? g + momentum * v[i] : v[i]);
            }
        }
        float[] values = device.Values(buffer.Values), velocity = device.Values(optimizer.Velocity);
        for (int i = 0; i < Length; i++)
        {
            Assert.Equal(w[i], values[i], 2e-6);
            Assert.Equal(v[i], velocity[i], 2e-6);
        }
        // What fills the buffer up to a multiple of four values stays zero.
        Assert.Equal([0, 0, 0], values[Length..]);
        Assert.Equal([0, 0, 0], velocity[Length..]);
    }

    [Fact]
    public void A_step_uses_the_gradients_up()
    {
        using Device device = Device.Dry();
        using ParameterBuffer buffer = Buffer(device, new Shape(8, 4));
        using var optimizer = new SgdOptimizer(device, buffer, new SgdOptions());
        long live = device.Memory.LiveBytes;
        buffer.BeginGradients();
        Assert.Equal(live + 128, device.Memory.LiveBytes);
        optimizer.Step(0.1f);
        Assert.Equal(live, device.Memory.LiveBytes);
        Assert.False(buffer.Declaration.Parameters[0].Parameter.Trains);
    }

    private static ParameterBuffer Buffer(Device device, Shape shape)
    {
        var declaration = new Declaration();
        declaration.Parameter("w", new Parameter(shape), Initialization.Constant(0));
        var buffer = new ParameterBuffer(device, declaration);
        buffer.Initialize(seed: 0);
        return buffer;
    }
}
