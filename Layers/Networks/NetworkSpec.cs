using System.Globalization;
using ManSharp.Layers.Modules;

namespace ManSharp.Layers.Networks;

/// <summary>A network as data: a stem, a list of units, a classifier.</summary>
/// <param name="Name">What a person calls it, such as resnet32.</param>
/// <param name="StemOutputs">Channels after the stem.</param>
/// <param name="Units">The units, from the input to the output.</param>
/// <param name="Classes">Classes to tell apart.</param>
public sealed record NetworkSpec(string Name, int StemOutputs, IReadOnlyList<UnitSpec> Units, int Classes)
{
    /// <summary>Channels of an image.</summary>
    public const int ImageChannels = 3;

    /// <summary>Channels that the classifier reads.</summary>
    public int Features => Units[^1].Outputs;

    /// <summary>
    /// The residual network for small images: a 3x3 stem of 16 channels, three stages of n units with 16, 32 and 64 channels.
    /// <b>Source</b>: He et al. 2016, section 4.2, with projection shortcuts.
    /// </summary>
    /// <param name="depth">6 n + 2 with n of at least 1.</param>
    /// <param name="classes">At least 2.</param>
    /// <exception cref="ArgumentException">There is no such depth.</exception>
    public static NetworkSpec CifarResNet(int depth, int classes)
    {
        if (depth < 8 || (depth - 2) % 6 != 0)
            throw new ArgumentException(
                $"Network: a depth of 6 n + 2 (8, 14, 20, 26, 32, 44, 56, 110, ...) was expected. Got {depth}. Use resnet20 or resnet32.");
        int unitsPerStage = (depth - 2) / 6;
        var units = new List<UnitSpec>();
        int inputs = 16;
        for (int stage = 1; stage <= 3; stage++)
            for (int index = 0; index < unitsPerStage; index++)
            {
                int outputs = 8 << stage;
                units.Add(new BasicUnitSpec(stage, index, inputs, outputs, stage > 1 && index == 0 ? 2 : 1));
                inputs = outputs;
            }
        return new NetworkSpec($"resnet{depth}", 16, units, classes);
    }

    /// <summary>The network of a name given by a person.</summary>
    /// <param name="name">resnetD with D = 6 n + 2.</param>
    /// <param name="classes">At least 2.</param>
    /// <exception cref="ArgumentException">There is no network of that name.</exception>
    public static NetworkSpec Parse(string name, int classes)
    {
        const string prefix = "resnet";
        if (name.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int depth)
            && depth <= 1202)
            return CifarResNet(depth, classes);
        throw new ArgumentException(
            $"Network: resnet20, resnet32, resnet44, resnet56, resnet110 or another resnet of depth 6 n + 2 (at most 1202) was expected. Got '{name}'.");
    }

    /// <summary>The first layers: 3x3 convolution, batch norm, ReLU, named conv1 and bn1.</summary>
    public Module BuildStem() => new ConvNorm(
        "conv1", "bn1", new Conv2d(ImageChannels, StemOutputs, 3, 1, 1), new BatchNorm(StemOutputs, relu: true));

    /// <summary>The last layers.</summary>
    public Module BuildClassifier() => new Classifier(Features, Classes);

    /// <summary>Height and width after unit number <paramref name="unit"/> for images of the given size.</summary>
    public int SizeAfter(int unit, int imageSize)
    {
        int size = imageSize;
        for (int i = 0; i <= unit; i++)
            size = (size - 1) / Units[i].Stride + 1;
        return size;
    }
}
