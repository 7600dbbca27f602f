using System.Globalization;
using ManSharp.Layers.Modules;
using ManSharp.Layers.Networks;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Training;

/// <summary>A tensor of the plain network: its name and shape in files, and where it lies.</summary>
/// <param name="Name">The name in files.</param>
/// <param name="FileShape">The dimensions in files.</param>
/// <param name="Value">The values.</param>
internal readonly record struct NetworkTensor(string Name, int[] FileShape, Tensor Value);

/// <summary>
/// The plain network inside a trainer, without auxiliaries, from the images to the classes, under the names that
/// torchvision's networks have: conv1, bn1, layerS.I.conv1, ..., layerS.I.downsample.0, fc; or features.N, classifier.N.
/// </summary>
internal static class NetworkTensors
{
    private const string UnitPrefix = "layers.", ClassifierPrefix = "fc.";

    internal static List<NetworkTensor> Of(LocalTrainer trainer)
    {
        NetworkSpec network = trainer.Plan.Network;
        var stem = new Declaration();
        network.BuildStem().Declare(stem);
        HashSet<string> stemNames = [.. stem.Parameters.Select(p => p.Name), .. stem.Statistics.Select(s => s.Name)];
        var found = new List<(int Place, NetworkTensor Tensor)>();
        foreach (Declaration declaration in trainer.Blocks.Select(block => block.Parameters.Declaration))
        {
            foreach (NamedParameter named in declaration.Parameters)
                Add(named.Name, named.Parameter.Value);
            foreach (NamedStatistic named in declaration.Statistics)
                Add(named.Name, named.Statistic.Value);
        }
        return [.. found.OrderBy(pair => pair.Place).Select(pair => pair.Tensor)];

        void Add(string name, Tensor value)
        {
            if (stemNames.Contains(name))
                found.Add((-1, new NetworkTensor(network.Stem.FileName(name), FileShape(value.Shape, linear: false), value)));
            else if (name.StartsWith(ClassifierPrefix, StringComparison.Ordinal))
                found.Add((network.Units.Count, new NetworkTensor(
                    network.Classifier.FileName(name), FileShape(value.Shape, linear: true), value)));
            else if (name.StartsWith(UnitPrefix, StringComparison.Ordinal))
            {
                int dot = name.IndexOf('.', UnitPrefix.Length);
                int unit = int.Parse(name.AsSpan(UnitPrefix.Length, dot - UnitPrefix.Length), CultureInfo.InvariantCulture);
                found.Add((unit, new NetworkTensor(
                    network.Units[unit].FileName(name[(dot + 1)..]), FileShape(value.Shape, linear: false), value)));
            }
        }
    }

    // A convolution in a classifier covers its whole image: in files it is a linear layer.
    private static int[] FileShape(Shape shape, bool linear) => shape.Rank switch
    {
        4 when linear => [shape[3], shape[2] * shape[0] * shape[1]],
        4 => [shape[3], shape[2], shape[0], shape[1]],
        2 => [shape[1], shape[0]],
        _ => [shape[0]],
    };
}
