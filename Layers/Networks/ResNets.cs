namespace ManSharp.Layers.Networks;

/// <summary>Residual networks as lists of units.</summary>
public static class ResNets
{
    private const int SmallStem = 16, LargeStem = 64;

    // Units of each stage, whether they are bottlenecks, and the groups and their width of ResNeXt.
    private static readonly Dictionary<string, (int[] Units, bool Bottleneck, int Groups, int GroupWidth)> large = new()
    {
        ["resnet18"] = ([2, 2, 2, 2], false, 1, LargeStem),
        ["resnet34"] = ([3, 4, 6, 3], false, 1, LargeStem),
        ["resnet50"] = ([3, 4, 6, 3], true, 1, LargeStem),
        ["resnet101"] = ([3, 4, 23, 3], true, 1, LargeStem),
        ["resnet152"] = ([3, 8, 36, 3], true, 1, LargeStem),
        ["resnext101"] = ([3, 4, 23, 3], true, 32, 8),
    };

    /// <summary>The names that <see cref="ForLargeImages"/> knows.</summary>
    public static IReadOnlyCollection<string> LargeNames => large.Keys;

    /// <summary>
    /// The residual network for small images: a 3x3 stem of 16 channels, three stages of n units with 16, 32 and 64
    /// channels. <b>Source</b>: He et al. 2016, section 4.2, with projection shortcuts.
    /// </summary>
    /// <param name="depth">6 n + 2 with n of at least 1.</param>
    /// <param name="classes">At least 2.</param>
    /// <exception cref="ArgumentException">There is no such depth.</exception>
    public static NetworkSpec ForSmallImages(int depth, int classes)
    {
        if (depth < 8 || (depth - 2) % 6 != 0)
            throw new ArgumentException(
                $"Network: a depth of 6 n + 2 (8, 14, 20, 26, 32, 44, 56, 110, ...), or 18, 34, 50, 101, 152, 164, was "
                + $"expected. Got {depth}. Use resnet20 or resnet32.");
        List<UnitSpec> units = Units(
            [.. Enumerable.Repeat((depth - 2) / 6, 3)], SmallStem, SmallStem,
            (stage, index, inputs, width, stride) => new BasicUnitSpec(stage, index, inputs, width, stride));
        return new NetworkSpec($"resnet{depth}", new ConvStemSpec(SmallStem), units, classes);
    }

    /// <summary>
    /// The same with bottleneck units of 64, 128 and 256 outputs. <b>Source</b>: He et al. 2016, with the order of layers
    /// of the units above (convolution, norm, ReLU).
    /// </summary>
    /// <param name="depth">9 n + 2 with n of at least 1, such as 164.</param>
    /// <param name="classes">At least 2.</param>
    /// <exception cref="ArgumentException">There is no such depth.</exception>
    public static NetworkSpec BottlenecksForSmallImages(int depth, int classes)
    {
        if (depth < 11 || (depth - 2) % 9 != 0)
            throw new ArgumentException(
                $"Network: a depth of 9 n + 2 (11, 20, 29, 110, 164, ...) was expected. Got {depth}. Use 164.");
        List<UnitSpec> units = Units(
            [.. Enumerable.Repeat((depth - 2) / 9, 3)], SmallStem, SmallStem, Bottleneck(1, LargeStem));
        return new NetworkSpec($"resnet{depth}", new ConvStemSpec(SmallStem), units, classes);
    }

    /// <summary>
    /// The residual networks for large images: a 7x7 stem of stride 2 with max pool, four stages. <b>Source</b>: He et al.
    /// 2016, table 1; resnext101 is ResNeXt-101 32x8d, Xie et al. 2017.
    /// </summary>
    /// <param name="name">One of <see cref="LargeNames"/>.</param>
    /// <param name="classes">At least 2.</param>
    public static NetworkSpec ForLargeImages(string name, int classes)
    {
        (int[] counts, bool bottleneck, int groups, int groupWidth) = large[name];
        List<UnitSpec> units = Units(
            counts, LargeStem, LargeStem, bottleneck
                ? Bottleneck(groups, groupWidth)
                : (stage, index, inputs, width, stride) => new BasicUnitSpec(stage, index, inputs, width, stride));
        return new NetworkSpec(name, new ConvStemSpec(LargeStem, Kernel: 7, Stride: 2, Pool: true), units, classes)
        {
            LargeImages = true,
        };
    }

    private delegate UnitSpec UnitChoice(int stage, int index, int inputs, int width, int stride);

    // A width of 64 in the published table is 64 channels of the 3x3 convolution, or groups of groupWidth channels.
    private static UnitChoice Bottleneck(int groups, int groupWidth) => (stage, index, inputs, width, stride) =>
        new BottleneckUnitSpec(
            stage, index, inputs, BottleneckUnitSpec.Expansion * width, stride, width * groupWidth * groups / LargeStem, groups);

    private static List<UnitSpec> Units(int[] counts, int inputs, int firstWidth, UnitChoice choose)
    {
        var units = new List<UnitSpec>();
        for (int stage = 1; stage <= counts.Length; stage++)
            for (int index = 0; index < counts[stage - 1]; index++)
            {
                units.Add(choose(stage, index, inputs, firstWidth << (stage - 1), stage > 1 && index == 0 ? 2 : 1));
                inputs = units[^1].Outputs;
            }
        return units;
    }
}
