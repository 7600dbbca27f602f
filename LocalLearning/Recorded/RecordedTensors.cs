using ManSharp.Autograd;
using ManSharp.Layers.Files;
using ManSharp.Layers.Modules;
using ManSharp.Layers.Training;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Recorded;

/// <summary>A trainer's tensor under the name and in the layout of a recorded run.</summary>
internal readonly record struct RecordedTensor(string Name, Tensor Value, Parameter? Parameter);

/// <summary>The trainer's parameters and statistics by the names of recorded runs, and the way between the two layouts.</summary>
internal static class RecordedTensors
{
    // How recorded runs call the classifier.
    private const string Classifier = "fc64";

    internal static List<RecordedTensor> Of(LocalTrainer trainer)
    {
        var all = new List<RecordedTensor>();
        foreach (LocalBlock block in trainer.Blocks)
        {
            Add(all, block.Parameters);
            if (block.Average is { } average)
                Add(all, average.Parameters);
        }
        return all;
    }

    internal static List<RecordedTensor> Of(LocalBlock block)
    {
        var all = new List<RecordedTensor>();
        Add(all, block.Parameters);
        return all;
    }

    /// <summary>The tensor's values in this engine's layout: weights turned from OIHW to HWIO and [out, in] to [in, out].</summary>
    internal static float[] FromTorch(float[] values, Shape shape)
    {
        float[] turned = new float[values.Length];
        if (shape.Rank == 4)
            TensorLayout.OihwToHwio(values, turned, shape[3], shape[2], shape[0], shape[1]);
        else if (shape.Rank == 2)
            TensorLayout.OutInToInOut(values, turned, shape[1], shape[0]);
        else
            return values;
        return turned;
    }

    /// <summary>The shape that a tensor of this engine has in a file.</summary>
    internal static long[] TorchShape(Shape shape) => shape.Rank switch
    {
        4 => [shape[3], shape[2], shape[0], shape[1]],
        2 => [shape[1], shape[0]],
        _ => [shape[0]],
    };

    private static void Add(List<RecordedTensor> all, ParameterBuffer buffer)
    {
        foreach (NamedParameter named in buffer.Declaration.Parameters)
            all.Add(new RecordedTensor(Name(named.Name), named.Parameter.Value, named.Parameter));
        foreach (NamedStatistic named in buffer.Declaration.Statistics)
            all.Add(new RecordedTensor(Name(named.Name), named.Statistic.Value, null));
    }

    private static string Name(string name) =>
        name.StartsWith("fc.", StringComparison.Ordinal) ? $"{Classifier}{name.AsSpan(2)}" : name;
}
