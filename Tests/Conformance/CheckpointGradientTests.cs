using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Layers.Modules;
using ManSharp.Layers.Training;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class CheckpointGradientTests
{
    [Fact]
    public void Checkpoint_has_the_gradients_of_its_segment()
    {
        using var check = new GradientCheck(seed: 95);
        using var again = new Tape(check.Device, TapeMode.Training);
        check.Passes(
            [new Shape(3, 4)], [new Shape(4, 2)],
            (tape, inputs, parameters) => tape.Checkpoint(
                inputs[0], again, (segment, x) => segment.Relu(segment.Linear(x, parameters[0], null))),
            operands =>
            [
                .. Enumerable.Range(0, 6).Select(i => Math.Max(
                    0, Enumerable.Range(0, 4).Sum(k => operands[0][i / 2 * 4 + k] * operands[1][k * 2 + i % 2]))),
            ]);
    }

    [Fact]
    public void It_draws_the_same_numbers_again_and_gathers_statistics_once()
    {
        (float[] Gradient, float[] Statistics) Run(bool checkpoints)
        {
            using Device device = Device.Cpu(1);
            var norm = new BatchNorm(5, relu: true);
            var dropout = new Dropout(0.5f);
            var declaration = new Declaration();
            declaration.Child("norm", norm);
            declaration.Child("dropout", dropout);
            using var buffer = new ParameterBuffer(device, declaration);
            buffer.Initialize(1);
            buffer.BeginGradients();
            Tensor images = device.Put(new Shape(6, 5), HostValues.Normal(30, 3));
            Tensor weights = device.Put(new Shape(6, 5), HostValues.Normal(30, 4));
            using var again = new Tape(device, TapeMode.Training);
            using var tape = new Tape(device, TapeMode.Training) { Seed = 17 };
            Variable x = tape.Input(images, needsGradient: true);
            Variable Segment(Tape on, Variable value) => dropout.Forward(on, norm.Forward(on, value));
            tape.Backward(tape.Project(checkpoints ? tape.Checkpoint(x, again, Segment) : Segment(tape, x), weights));
            return ([.. device.Values(tape.GradientOf(x)), .. device.Values(buffer.Gradients)], device.Values(buffer.Statistics));
        }
        (float[] gradient, float[] statistics) = Run(checkpoints: false);
        (float[] checkpointed, float[] gathered) = Run(checkpoints: true);
        Assert.Equal(gradient, checkpointed);
        Assert.Equal(statistics, gathered);
        Assert.Contains(gradient, value => value != 0);
    }
}
