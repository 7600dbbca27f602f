using ManSharp.Layers.Files;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Training;

/// <summary>Reads what <see cref="ModelExport"/> wrote: the inverse, with every name and shape checked first.</summary>
public static class ModelImport
{
    /// <summary>Fills the trainer's plain network from a file; auxiliary networks keep their values.</summary>
    /// <exception cref="CheckpointException">The file is not exactly this network.</exception>
    public static void Read(SafetensorsFile file, string path, Device device, LocalTrainer trainer)
    {
        List<NetworkTensor> tensors = NetworkTensors.Of(trainer);
        Check(file, path, trainer.Plan.Network.Name, tensors);
        foreach (NetworkTensor tensor in tensors)
        {
            float[] values = file.ReadFloats(tensor.Name);
            float[] own = new float[values.Length];
            Turn(values, own, tensor.Value.Shape);
            device.Kernels.Upload(tensor.Value, own);
        }
    }

    private static void Check(SafetensorsFile file, string path, string network, List<NetworkTensor> tensors)
    {
        foreach (NetworkTensor tensor in tensors)
        {
            int[] expected = tensor.FileShape;
            if (!file.TryGet(tensor.Name, out SafetensorsEntry? entry))
                throw Bad(
                    $"a tensor '{tensor.Name}' [{string.Join(", ", expected)}] was expected", "none of that name");
            if (!entry.Shape.SequenceEqual(expected.Select(length => (long)length)))
                throw Bad(
                    $"tensor '{tensor.Name}' with shape [{string.Join(", ", expected)}] was expected",
                    $"[{string.Join(", ", entry.Shape)}]");
        }
        HashSet<string> known = [.. tensors.Select(tensor => tensor.Name)];
        if (file.Entries.FirstOrDefault(entry => !known.Contains(entry.Name)) is { } extra)
            throw Bad($"only the {tensors.Count} tensors of {network} were expected", $"also '{extra.Name}'");

        CheckpointException Bad(string expected, string found) => new(
            "Model", path, expected, found,
            $"The file is no plain {network}: pass a model.safetensors that mansharp train wrote");
    }

    private static void Turn(ReadOnlySpan<float> file, Span<float> own, Shape shape)
    {
        if (shape.Rank == 4)
            TensorLayout.OihwToHwio(file, own, outputs: shape[3], inputs: shape[2], height: shape[0], width: shape[1]);
        else if (shape.Rank == 2)
            TensorLayout.OutInToInOut(file, own, outputs: shape[1], inputs: shape[0]);
        else
            file.CopyTo(own);
    }
}
