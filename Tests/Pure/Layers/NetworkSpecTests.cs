using ManSharp.Autograd;
using ManSharp.Layers.Modules;
using ManSharp.Layers.Networks;
using ManSharp.Layers.Training;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Pure.Layers;

public sealed class NetworkSpecTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(20)]
    [InlineData(32)]
    [InlineData(110)]
    public void A_residual_network_has_three_stages_of_equal_length(int depth)
    {
        NetworkSpec network = NetworkSpec.Parse($"resnet{depth}", classes: 10);
        int perStage = (depth - 2) / 6;
        Assert.Equal(3 * perStage, network.Units.Count);
        Assert.Equal((16, 64, 10), (network.StemOutputs, network.Features, network.Classes));
        for (int i = 0; i < network.Units.Count; i++)
        {
            UnitSpec unit = network.Units[i];
            int stage = i / perStage + 1;
            Assert.Equal((stage, i % perStage, 8 << stage), (unit.Stage, unit.Index, unit.Outputs));
            Assert.Equal(i == 0 ? 16 : network.Units[i - 1].Outputs, unit.Inputs);
            Assert.Equal(unit.Inputs == unit.Outputs ? 1 : 2, unit.Stride);
        }
    }

    [Theory]
    [InlineData(8, 10)]
    [InlineData(20, 10)]
    [InlineData(20, 100)]
    [InlineData(32, 10)]
    [InlineData(110, 10)]
    public void A_residual_network_has_the_parameters_of_its_layers(int depth, int classes)
    {
        NetworkSpec network = NetworkSpec.CifarResNet(depth, classes);
        int perStage = (depth - 2) / 6;
        // Every batch norm has two values a channel; shortcuts with a stride are 1x1 convolutions with batch norm.
        long expected = 3 * 9 * 16 + 2 * 16 + 64 * classes + classes;
        for (int stage = 1, from = 16; stage <= 3; stage++)
        {
            int to = 8 << stage;
            for (int unit = 0; unit < perStage; unit++, from = to)
                expected += 9 * from * to + 9 * to * to + 4 * to + (from == to ? 0 : from * to + 2 * to);
        }
        var declaration = new Declaration();
        declaration.Child("stem", network.BuildStem());
        for (int i = 0; i < network.Units.Count; i++)
            declaration.Child($"unit{i}", network.Units[i].Build());
        declaration.Child("fc", network.BuildClassifier(32));
        Assert.Equal(expected, declaration.ParameterCount);
        if ((depth, classes) == (20, 10))
            Assert.Equal(272_474, declaration.ParameterCount);
        Assert.Equal(declaration.Parameters.Count, declaration.Parameters.Select(named => named.Name).Distinct().Count());
    }

    [Theory]
    [InlineData(32)]
    [InlineData(9)]
    public void Units_halve_the_image_where_a_stage_begins(int imageSize)
    {
        NetworkSpec network = NetworkSpec.CifarResNet(14, classes: 7);
        using Device device = Device.Dry();
        Module[] modules = [network.BuildStem(), .. network.Units.Select(unit => unit.Build()), network.BuildClassifier(32)];
        var declaration = new Declaration();
        for (int i = 0; i < modules.Length; i++)
            declaration.Child($"{i}", modules[i]);
        using var buffer = new ParameterBuffer(device, declaration);
        using var tape = new Tape(device, TapeMode.Evaluation);
        Variable x = modules[0].Forward(tape, tape.Input(device.Rent(new Shape(5, imageSize, imageSize, 3))));
        Assert.Equal(new Shape(5, imageSize, imageSize, 16), x.Shape);
        for (int i = 0; i < network.Units.Count; i++)
        {
            x = modules[i + 1].Forward(tape, x);
            int size = network.SizeAfter(i, imageSize);
            Assert.Equal(new Shape(5, size, size, network.Units[i].Outputs), x.Shape);
        }
        Assert.Equal((imageSize + 3) / 4, network.SizeAfter(5, imageSize));
        Assert.Equal(new Shape(5, 7), modules[^1].Forward(tape, x).Shape);
    }

    [Theory]
    [InlineData("resnet21", "Got 21")]
    [InlineData("resnext50", "Got 'resnext50'")]
    [InlineData("resnet2", "Got 2")]
    [InlineData("resnet0", "Got 0")]
    [InlineData("resnet", "Got 'resnet'")]
    [InlineData("resnet-20", "Got 'resnet-20'")]
    [InlineData("resnet 20", "Got 'resnet 20'")]
    [InlineData("ResNet20", "Got 'ResNet20'")]
    [InlineData("resnet1208", "Got 'resnet1208'")]
    [InlineData("resnet99999999999", "Got 'resnet99999999999'")]
    [InlineData("vgg11", "Got 'vgg11'")]
    [InlineData("", "Got ''")]
    public void Other_names_are_refused(string name, string got)
    {
        string message = Assert.Throws<ArgumentException>(() => NetworkSpec.Parse(name, classes: 10)).Message;
        Assert.StartsWith("Network: ", message, StringComparison.Ordinal);
        Assert.Contains(got, message, StringComparison.Ordinal);
        Assert.Contains("resnet20", message, StringComparison.Ordinal);
        Assert.Contains("6 n + 2", message, StringComparison.Ordinal);
    }
}
