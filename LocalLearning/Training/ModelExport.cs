using ManSharp.Layers.Files;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Training;

/// <summary>
/// Writes the plain network of a trainer in PyTorch's conventions: convolutions [out, in, height, width], linear
/// layers [out, in], batch norms weight, bias, running_mean, running_var. Auxiliary networks stay behind.
/// </summary>
public static class ModelExport
{
    /// <summary>Writes the file under a temporary name and renames it when it is complete.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, Device device, LocalTrainer trainer, ModelCard card)
    {
        var writer = new SafetensorsWriter();
        card.WriteTo(writer.Metadata);
        foreach (NetworkTensor tensor in NetworkTensors.Of(trainer))
            writer.Add(tensor.Name, tensor.FileShape, values =>
            {
                float[] own = new float[values.Length];
                device.Kernels.Download(own, tensor.Value);
                Turn(own, values, tensor.Value.Shape);
            });
        writer.Write(path);
    }

    private static void Turn(ReadOnlySpan<float> own, Span<float> file, Shape shape)
    {
        if (shape.Rank == 4)
            TensorLayout.HwioToOihw(own, file, outputs: shape[3], inputs: shape[2], height: shape[0], width: shape[1]);
        else if (shape.Rank == 2)
            TensorLayout.InOutToOutIn(own, file, outputs: shape[1], inputs: shape[0]);
        else
            own.CopyTo(file);
    }
}
