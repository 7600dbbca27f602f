using System.Globalization;
using ManSharp.Layers.Modules;
using ManSharp.Layers.Networks;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Training;

/// <summary>A tensor of the plain network: its name in files, and where it lies.</summary>
internal readonly record struct NetworkTensor(string Name, Tensor Value);

/// <summary>
/// The plain network inside a trainer, without auxiliaries, from the images to the classes, under the names that
/// torchvision's residual networks have: conv1, bn1, layerS.I.conv1, ..., layerS.I.downsample.0, fc.
/// </summary>
internal static class NetworkTensors
{
    private const string UnitPrefix = "layers.";

    internal static List<NetworkTensor> Of(LocalTrainer trainer)
    {
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
            if (FileName(trainer.Plan.Network, name) is { } place)
                found.Add((place.Place, new NetworkTensor(place.Name, value)));
        }
    }

    // Null for what belongs to an auxiliary network.
    private static (int Place, string Name)? FileName(NetworkSpec network, string name)
    {
        if (name.StartsWith("conv1.", StringComparison.Ordinal) || name.StartsWith("bn1.", StringComparison.Ordinal))
            return (-1, name);
        if (name.StartsWith("fc.", StringComparison.Ordinal))
            return (network.Units.Count, name);
        if (!name.StartsWith(UnitPrefix, StringComparison.Ordinal))
            return null;
        int dot = name.IndexOf('.', UnitPrefix.Length);
        int unit = int.Parse(name.AsSpan(UnitPrefix.Length, dot - UnitPrefix.Length), CultureInfo.InvariantCulture);
        UnitSpec spec = network.Units[unit];
        return (unit, string.Create(CultureInfo.InvariantCulture, $"layer{spec.Stage}.{spec.Index}{name[dot..]}"));
    }
}
