using ManSharp.Autograd;
using ManSharp.Layers.Modules;
using ManSharp.Layers.Networks;
using ManSharp.Layers.Training;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Pure.Layers;

/// <summary>The networks that a name stands for: their parameters as published, their shapes, their names in files.</summary>
public sealed class KnownNetworksTests
{
    [Theory]
    [InlineData("resnet18", 11_689_512)]
    [InlineData("resnet34", 21_797_672)]
    [InlineData("resnet50", 25_557_032)]
    [InlineData("resnet101", 44_549_160)]
    [InlineData("resnet152", 60_192_808)]
    [InlineData("resnext101", 88_791_336)]
    [InlineData("vgg13", 133_053_736)]
    [InlineData("vgg16", 138_365_992)]
    [InlineData("vgg19", 143_678_248)]
    public void Networks_for_large_images_have_the_published_number_of_parameters(string name, long parameters) =>
        Assert.Equal(parameters, Declare(NetworkSpec.Parse(name, classes: 1000), 224).ParameterCount);

    [Fact]
    public void The_bottleneck_network_for_small_images_has_that_of_its_layers()
    {
        NetworkSpec network = NetworkSpec.Parse("resnet164", classes: 10);
        Assert.Equal(54, network.Units.Count);
        Assert.Equal([64, 128, 256], network.Units.Select(unit => unit.Outputs).Distinct());
        long expected = 3 * 9 * 16 + 2 * 16 + 256 * 10 + 10;
        for (int stage = 1, from = 16; stage <= 3; stage++)
            for (int unit = 0, width = 8 << stage, to = 4 * width; unit < 18; unit++, from = to)
                expected += from * width + 9 * width * width + width * to + 4 * width + 2 * to
                    + (unit == 0 ? from * to + 2 * to : 0);
        Assert.Equal(expected, Declare(network, 32).ParameterCount);
    }

    [Theory]
    [InlineData("resnet164", 32, 9)]
    [InlineData("resnet18", 224, 7)]
    [InlineData("resnet18", 33, 2)]
    [InlineData("resnext101", 65, 3)]
    [InlineData("vgg13", 32, 1)]
    [InlineData("vgg16", 75, 2)]
    [InlineData("vgg19", 224, 7)]
    public void Sizes_are_those_of_the_features(string name, int imageSize, int last)
    {
        NetworkSpec network = NetworkSpec.Parse(name, classes: 5);
        network.Require(imageSize);
        using Device device = Device.Dry();
        Module[] modules =
            [network.BuildStem(), .. network.Units.Select(unit => unit.Build()), network.BuildClassifier(imageSize)];
        var declaration = new Declaration();
        for (int i = 0; i < modules.Length; i++)
            declaration.Child($"{i}", modules[i]);
        using var buffer = new ParameterBuffer(device, declaration);
        using var tape = new Tape(device, TapeMode.Evaluation);
        Variable x = tape.Input(device.Rent(new Shape(2, imageSize, imageSize, 3)));
        for (int i = -1; i < network.Units.Count; i++)
        {
            x = modules[i + 1].Forward(tape, x);
            int size = network.SizeAfter(i, imageSize), channels = i < 0 ? network.StemOutputs : network.Units[i].Outputs;
            Assert.Equal(new Shape(2, size, size, channels), x.Shape);
        }
        Assert.Equal(name == "resnet164" ? 8 : last, x.Shape[1]);
        Assert.Equal(new Shape(2, 5), modules[^1].Forward(tape, x).Shape);
    }

    [Fact]
    public void The_stride_of_a_bottleneck_is_in_its_middle()
    {
        var unit = (BottleneckUnitSpec)NetworkSpec.Parse("resnet50", 10).Units[3];
        Assert.Equal((2, 0, 256, 512, 2, 128, 1), (unit.Stage, unit.Index, unit.Inputs, unit.Outputs, unit.Stride, unit.Width, unit.Groups));
        var grouped = (BottleneckUnitSpec)NetworkSpec.Parse("resnext101", 10).Units[3];
        Assert.Equal((512, 512, 32), (grouped.Outputs, grouped.Width, grouped.Groups));
        Declaration declaration = new();
        unit.Build().Declare(declaration);
        Assert.Equal(
            ["conv1.weight [1, 1, 256, 128]", "conv2.weight [3, 3, 128, 128]", "conv3.weight [1, 1, 128, 512]", "downsample.0.weight [1, 1, 256, 512]"],
            declaration.Parameters.Where(p => p.Parameter.Shape.Rank == 4).Select(p => $"{p.Name} {p.Parameter.Shape}"));
    }

    [Fact]
    public void Too_small_images_and_units_that_do_not_fit_are_refused()
    {
        string small = Assert.Throws<ArgumentException>(() => NetworkSpec.Parse("vgg16", 10).Require(20)).Message;
        Assert.Equal("Network vgg16: images of at least 32x32 were expected. Got 20x20. Use --size 32.", small);
        NetworkSpec network = NetworkSpec.CifarResNet(8, 10);
        NetworkSpec broken = network with { Units = [network.Units[0], network.Units[2]] };
        string gap = Assert.Throws<ArgumentException>(() => broken.Require(32)).Message;
        Assert.Equal("Network resnet8: unit 3.0 must read the 16 channels written before it. Got Inputs 32.", gap);
    }

    [Fact]
    public void Errors_list_the_names()
    {
        string message = Assert.Throws<ArgumentException>(() => NetworkSpec.Parse("alexnet", 10)).Message;
        foreach (string name in (string[])["resnet20", "resnet164", "resnet18", "resnet152", "resnext101", "vgg13", "vgg19"])
            Assert.Contains(name, message, StringComparison.Ordinal);
    }

    private static Declaration Declare(NetworkSpec network, int imageSize)
    {
        var declaration = new Declaration();
        declaration.Child("stem", network.BuildStem());
        for (int i = 0; i < network.Units.Count; i++)
            declaration.Child($"unit{i}", network.Units[i].Build());
        declaration.Child("fc", network.BuildClassifier(imageSize));
        return declaration;
    }
}
