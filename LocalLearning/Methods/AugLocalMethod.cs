using ManSharp.Autograd;
using ManSharp.Layers.Modules;
using ManSharp.Layers.Networks;

namespace ManSharp.LocalLearning.Methods;

/// <summary>
/// Cross entropy through an auxiliary of the architecture of later layers: with L units, unit l the last of block i of K,
/// the units number round(l + (L - l - 1) / d j), j = 1 ... d, with weights of their own and as many channels and pixels as
/// their predecessor gives them, then global average pool and linear. The depth falls along the network:
/// max(1, round(D (1 - i / (2 (K - 2))) + i / (2 (K - 2)))), but there is at most one layer for each later unit.
/// <b>Source</b>: AugLocal, Ma et al. 2024, uniform selection and pyramidal depth.
/// </summary>
public sealed class AugLocalMethod : BaseMethod
{
    /// <summary>D, layers of the first block's auxiliary, unless told otherwise.</summary>
    public const int DefaultDepth = 3;

    /// <inheritdoc/>
    public override string Name => "auglocal";

    /// <inheritdoc/>
    public override string Summary => "copies in architecture of later layers for each block";

    /// <inheritdoc/>
    public override Auxiliary Build(AuxiliarySite site)
    {
        int later = site.Network.Units.Count - 1 - site.Unit;
        int depth = Math.Min(Depth(site.Method.AuxiliaryDepth, site.Block, site.Plan.Partition.Blocks), later);
        return new ClassifierAuxiliary(new AugLocalClassifier(
            Layers(site.Network, site.Unit, depth, site.Channels), site.Channels, site.Classes));
    }

    /// <summary>Layers of block <paramref name="block"/>'s auxiliary, given those of the first.</summary>
    public static int Depth(int first, int block, int blocks)
    {
        double done = blocks <= 2 ? 0 : block / (2.0 * (blocks - 2));
        return Math.Max(1, (int)Math.Round(first * (1 - done) + done));
    }

    /// <summary>The numbers of the units whose architecture is copied.</summary>
    public static IReadOnlyList<int> Selection(int unit, int units, int depth) =>
        [.. Enumerable.Range(1, depth).Select(i => (int)Math.Round(unit + (double)(units - unit - 1) / depth * i))];

    // Each layer brings the features to where the unit that it is copied from would have brought them.
    private static List<UnitSpec> Layers(NetworkSpec network, int unit, int depth, int channels)
    {
        var layers = new List<UnitSpec>();
        int from = unit;
        foreach (int to in Selection(unit, network.Units.Count, depth))
        {
            int stride = network.Units.Skip(from + 1).Take(to - from).Aggregate(1, (all, skipped) => all * skipped.Stride);
            layers.Add(network.Units[to] with { Inputs = channels, Stride = stride });
            (from, channels) = (to, network.Units[to].Outputs);
        }
        return layers;
    }
}

/// <summary>The auxiliary network of <see cref="AugLocalMethod"/>.</summary>
internal sealed class AugLocalClassifier(List<UnitSpec> layers, int channels, int classes) : Module
{
    private readonly Module[] units = [.. layers.Select(layer => layer.Build())];
    private readonly Classifier classifier = new(layers.Count == 0 ? channels : layers[^1].Outputs, classes);

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x)
    {
        using Tape.Frame frame = tape.OpenFrame();
        foreach (Module unit in units)
            x = frame.Next(x, unit.Forward(tape, x));
        return frame.Return(classifier.Forward(tape, x));
    }

    /// <inheritdoc/>
    public override void Declare(Declaration declaration)
    {
        for (int i = 0; i < units.Length; i++)
            declaration.Child($"layers.{i}", units[i]);
        declaration.Child("fc", classifier);
    }
}
