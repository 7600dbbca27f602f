using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Whole.Training;

/// <summary>Files call the tensors of a network as torchvision does, in the order of the network.</summary>
public sealed class NetworkNamesTests
{
    [Fact]
    public void A_residual_network_for_large_images()
    {
        List<string> names = Names("resnet18", 64, "man");
        Assert.Equal("conv1.weight 64,3,7,7", names[0]);
        Assert.Equal("fc.bias 11", names[^1]);
        Assert.Contains("layer1.0.conv1.weight 64,64,3,3", names);
        Assert.Contains("layer4.0.downsample.1.running_var 512", names);
        Assert.Contains("bn1.running_mean 64", names);
        Assert.Equal(20 * 5 + 2, names.Count);
    }

    [Fact]
    public void Grouped_convolutions_have_the_channels_of_one_group() =>
        Assert.Contains("layer2.0.conv2.weight 512,16,3,3", Names("resnext101", 64, "infopro"));

    [Fact]
    public void A_plain_network_for_large_images()
    {
        List<string> names = Names("vgg13", 224, "bp");
        Assert.Equal("features.0.weight 64,3,3,3", names[0]);
        Assert.Contains("features.1.running_mean 64", names);
        Assert.Contains("features.3.bias 64", names);
        Assert.Contains("features.31.weight 512,512,3,3", names);
        Assert.Contains("features.32.running_var 512", names);
        Assert.Contains("classifier.0.weight 4096,25088", names);
        Assert.Equal("classifier.6.bias 11", names[^1]);
        Assert.Contains("classifier.bias 11", Names("vgg16", 32, "bp"));
    }

    private static List<string> Names(string name, int imageSize, string method)
    {
        NetworkSpec network = NetworkSpec.Parse(name, classes: 11);
        using Device device = Device.Dry();
        using var trainer = new LocalTrainer(device, new NetworkPlan
        {
            Network = network,
            Partition = Partition.For(network, method == "bp" ? 1 : 3),
            Method = LocalMethod.Parse(method),
            ImageSize = imageSize,
        }, seed: 1);
        return [.. NetworkTensors.Of(trainer).Select(tensor => $"{tensor.Name} {string.Join(",", tensor.FileShape)}")];
    }
}
