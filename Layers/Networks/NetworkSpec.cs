using System.Globalization;
using ManSharp.Layers.Modules;

namespace ManSharp.Layers.Networks;

/// <summary>A network as data: a stem, a list of units, a classifier. Any such list can be cut, planned and trained.</summary>
/// <param name="Name">What a person calls it, such as resnet32.</param>
/// <param name="Stem">The first layers.</param>
/// <param name="Units">The units, from the input to the output; each reads as many channels as the one before writes.</param>
/// <param name="Classes">Classes to tell apart.</param>
public sealed record NetworkSpec(string Name, StemSpec Stem, IReadOnlyList<UnitSpec> Units, int Classes)
{
    /// <summary>Channels of an image.</summary>
    public const int ImageChannels = 3;

    private const int DeepestResNet = 1202, BottleneckDepth = 164;

    /// <summary>The last layers.</summary>
    public ClassifierSpec Classifier { get; init; } = new PooledClassifierSpec();

    /// <summary>Whether auxiliary networks are those published for 224x224 images, rather than those for 32x32.</summary>
    public bool LargeImages { get; init; }

    /// <summary>Channels after the stem.</summary>
    public int StemOutputs => Stem.Outputs;

    /// <summary>Channels that the classifier reads.</summary>
    public int Features => Units[^1].Outputs;

    /// <summary>The residual network of 6 n + 2 layers for small images; see <see cref="ResNets"/>.</summary>
    /// <exception cref="ArgumentException">There is no such depth.</exception>
    public static NetworkSpec CifarResNet(int depth, int classes) => ResNets.ForSmallImages(depth, classes);

    /// <summary>The network of a name given by a person.</summary>
    /// <param name="name">
    /// resnetD with D = 6 n + 2 for small images, resnet164 of bottlenecks; resnet18, 34, 50, 101, 152 and resnext101 for
    /// large ones; vgg13, vgg16, vgg19.
    /// </param>
    /// <param name="classes">At least 2.</param>
    /// <exception cref="ArgumentException">There is no network of that name.</exception>
    public static NetworkSpec Parse(string name, int classes)
    {
        const string prefix = "resnet";
        if (ResNets.LargeNames.Contains(name))
            return ResNets.ForLargeImages(name, classes);
        if (VggNets.Names.Contains(name))
            return VggNets.Create(name, classes);
        if (name.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int depth)
            && depth <= DeepestResNet)
            return depth == BottleneckDepth
                ? ResNets.BottlenecksForSmallImages(depth, classes)
                : ResNets.ForSmallImages(depth, classes);
        throw new ArgumentException(
            $"Network: resnet20, resnet32, resnet44, resnet56, resnet110 or another resnet of depth 6 n + 2 (at most "
            + $"{DeepestResNet}), resnet{BottleneckDepth}, {string.Join(", ", ResNets.LargeNames.Concat(VggNets.Names))} was "
            + $"expected. Got '{name}'.");
    }

    /// <summary>The first layers.</summary>
    public Module BuildStem() => Stem.Build();

    /// <summary>The last layers, for images of the given size.</summary>
    public Module BuildClassifier(int imageSize) => Classifier.Build(Features, SizeAfter(Units.Count - 1, imageSize), Classes);

    /// <summary>Height and width after unit number <paramref name="unit"/> (-1 for the stem) for images of the given size.</summary>
    public int SizeAfter(int unit, int imageSize)
    {
        int size = Stem.SizeAfter(imageSize);
        for (int i = 0; i <= unit; i++)
            size = Units[i].SizeAfter(size);
        return size;
    }

    /// <summary>Checks that the units fit onto each other and that images of this size reach the classifier.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public void Require(int imageSize)
    {
        int channels = StemOutputs;
        foreach (UnitSpec unit in Units)
        {
            if (unit.Inputs != channels)
                throw new ArgumentException(
                    $"Network {Name}: unit {unit.Place} must read the {channels} channels written before it. Got Inputs {unit.Inputs}.");
            channels = unit.Outputs;
        }
        if (Units.Count == 0 || SizeAfter(Units.Count - 1, imageSize) >= 1)
            return;
        int least = imageSize;
        while (SizeAfter(Units.Count - 1, least) < 1)
            least++;
        throw new ArgumentException(
            $"Network {Name}: images of at least {least}x{least} were expected. Got {imageSize}x{imageSize}. Use --size {least}.");
    }
}
