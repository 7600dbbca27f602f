namespace ManSharp.Layers.Networks;

/// <summary>VGG networks with batch norm as lists of units.</summary>
public static class VggNets
{
    private static readonly int[] widths = [64, 128, 256, 512, 512];

    // Convolutions of each stage; a max pool ends each.
    private static readonly Dictionary<string, int[]> counts = new()
    {
        ["vgg13"] = [2, 2, 2, 2, 2],
        ["vgg16"] = [2, 2, 3, 3, 3],
        ["vgg19"] = [2, 2, 4, 4, 4],
    };

    /// <summary>The names that <see cref="Create"/> knows.</summary>
    public static IReadOnlyCollection<string> Names => counts.Keys;

    /// <summary>
    /// The first convolution is the stem, every other one a unit; the last unit of a stage ends in a max pool. Images of at
    /// least 32x32. <b>Source</b>: Simonyan and Zisserman 2015, table 1, with batch norm.
    /// </summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="classes">At least 2.</param>
    public static NetworkSpec Create(string name, int classes)
    {
        var units = new List<UnitSpec>();
        int inputs = widths[0], feature = 3;
        for (int stage = 1; stage <= widths.Length; stage++)
        {
            int first = stage == 1 ? 1 : 0, count = counts[name][stage - 1];
            for (int i = first; i < count; i++)
            {
                int stride = i == count - 1 ? 2 : 1;
                units.Add(new ConvUnitSpec(stage, i - first, inputs, widths[stage - 1], stride, feature));
                // Files count a convolution, its norm, its ReLU, and the pool.
                feature += stride == 2 ? 4 : 3;
                inputs = widths[stage - 1];
            }
        }
        return new NetworkSpec(name, new VggStemSpec(widths[0]), units, classes) { Classifier = new VggClassifierSpec() };
    }
}
