using System.Globalization;
using System.Text;
using System.Text.Json;
using ManSharp.Layers.Files;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Recorded;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;

namespace ManSharp.Tests.Whole.Training;

/// <summary>
/// A training run of this engine in the form of a recorded one: metadata and tensors that a test may change before they
/// are written.
/// </summary>
internal sealed class Recording
{
    private const float Rate = 0.05f;

    /// <summary>The keys of the metadata's "config".</summary>
    public Dictionary<string, object?> Config { get; } = [];

    /// <summary>The other metadata.</summary>
    public Dictionary<string, string> Metadata { get; } = [];

    /// <summary>The tensors in the layout of the file.</summary>
    public SortedDictionary<string, (int[] Shape, float[] Values)> Tensors { get; } = new(StringComparer.Ordinal);

    /// <summary>The class of each image.</summary>
    public int[] Labels { get; set; } = [];

    /// <summary>Trains and records.</summary>
    /// <param name="plan">What is trained.</param>
    /// <param name="batch">Images in the batch.</param>
    /// <param name="meddle">Called in each block's step, before the parameters' own step.</param>
    public static Recording Of(NetworkPlan plan, int batch, Action<Device, LocalTrainer, LocalBlock>? meddle = null)
    {
        const int steps = 3;
        using Device device = Device.Cpu(1);
        using var trainer = new LocalTrainer(device, plan, seed: 5);
        TrainingInput input = TrainingSetup.Batch(device, plan, batch);
        var recording = new Recording();
        recording.Describe(plan, batch, steps);
        recording.AddImages("input", device.Values(input.Images), batch, plan.ImageSize);
        recording.AddImages("pixels", device.Values(input.Pixels), batch, plan.ImageSize);
        recording.Labels = [.. device.Values(input.Labels).Select(label => (int)label)];
        List<RecordedTensor> tensors = RecordedTensors.Of(trainer);
        Dictionary<string, float[]> first = tensors.ToDictionary(tensor => tensor.Name, tensor => device.Values(tensor.Value));
        foreach (RecordedTensor tensor in tensors)
            recording.Add($"init.{tensor.Name}", tensor.Value.Shape, first[tensor.Name]);
        for (int step = 0; step < steps; step++)
        {
            bool records = step == 0;
            trainer.GradientsReady = block =>
            {
                meddle?.Invoke(device, trainer, block);
                if (records)
                    foreach (RecordedTensor tensor in RecordedTensors.Of(block).Where(tensor => tensor.Parameter is not null))
                        recording.Add($"grad0.{tensor.Name}", tensor.Value.Shape, device.Values(tensor.Parameter!.Gradient));
            };
            trainer.Step(input, Rate);
            float[] losses = [.. trainer.Report().Blocks.SelectMany(b => new[] { b.Reconstruction, b.Label, b.Total })];
            recording.Tensors[$"step{step}.losses"] = ([losses.Length], losses);
        }
        foreach (RecordedTensor tensor in tensors)
            recording.Add(
                $"update.{tensor.Name}", tensor.Value.Shape,
                [.. device.Values(tensor.Value).Zip(first[tensor.Name], (last, initial) => last - initial)]);
        Tensor logits = trainer.Predict(input.Images);
        recording.Tensors["eval.logits"] = ([batch, plan.Network.Classes], device.Values(logits));
        return recording;
    }

    /// <summary>The same run, to be changed by itself.</summary>
    public Recording Copy()
    {
        var copy = new Recording { Labels = [.. Labels] };
        foreach ((string key, object? value) in Config)
            copy.Config[key] = value;
        foreach ((string key, string value) in Metadata)
            copy.Metadata[key] = value;
        foreach ((string name, (int[] shape, float[] values)) in Tensors)
            copy.Tensors[name] = (shape, [.. values]);
        return copy;
    }

    /// <summary>Writes the file.</summary>
    public void Write(string path)
    {
        var writer = new SafetensorsWriter();
        foreach ((string key, string value) in Metadata)
            writer.Metadata[key] = value;
        if (Config.Count > 0)
            writer.Metadata["config"] = JsonSerializer.Serialize(Config);
        foreach ((string name, (int[] shape, float[] values)) in Tensors)
            writer.Add(name, shape, values);
        // Labels are integers; the writer writes floats, so they go as such and the header is told afterwards.
        writer.Add("target", [Labels.Length], Labels.Select(BitConverter.Int32BitsToSingle).ToArray());
        writer.Write(path);
        byte[] file = File.ReadAllBytes(path);
        byte[] key32 = Encoding.ASCII.GetBytes("\"target\":{\"dtype\":\"F32\"");
        file[file.AsSpan().IndexOf(key32) + key32.Length - 4] = (byte)'I';
        File.WriteAllBytes(path, file);
    }

    private void Describe(NetworkPlan plan, int batch, int steps)
    {
        LocalMethod method = plan.Method;
        Config["Arch"] = plan.Network.Name;
        Config["K"] = plan.Partition.Blocks;
        Config["Method"] = method.EndToEnd ? "bp" : (method.Average, method.Bias) switch
        {
            (true, true) => "man",
            (true, false) => "man-ema",
            (false, true) => "man-lb",
            _ => "infopro",
        };
        Config["Loss"] = method.LabelLoss == LabelLoss.Contrastive ? "contrast" : "ce";
        (Config["Aux"], Config["Size"], Config["Classes"]) = (method.HeadName ?? "1c2f", plan.ImageSize, plan.Network.Classes);
        (Config["Ixx1"], Config["Ixx2"]) = (method.Weights.ReconstructionFirst, method.Weights.ReconstructionLast);
        (Config["Ixy1"], Config["Ixy2"]) = (method.Weights.LabelFirst, method.Weights.LabelLast);
        (Config["Momentum"], Config["Widen"], Config["Feature"]) = (method.AverageMomentum, method.Widen, method.Feature);
        Metadata["block_ends"] = $"index of the last residual unit of each block: {string.Join(",", plan.Partition.Ends)}";
        Metadata["batch"] = Text(batch);
        Metadata["steps"] = Text(steps);
        Metadata["lr"] = Text(Rate);
        Metadata["weight_decay"] = Text(plan.Optimizer.WeightDecay);
        Metadata["sgd"] = $"momentum {Text(plan.Optimizer.Momentum)}, Nesterov, constant lr";
    }

    private void Add(string name, Shape shape, float[] values)
    {
        float[] turned = new float[values.Length];
        if (shape.Rank == 4)
            TensorLayout.HwioToOihw(values, turned, shape[3], shape[2], shape[0], shape[1]);
        else if (shape.Rank == 2)
            TensorLayout.InOutToOutIn(values, turned, shape[1], shape[0]);
        else
            turned = values;
        Tensors[name] = ([.. RecordedTensors.TorchShape(shape).Select(length => (int)length)], turned);
    }

    private void AddImages(string name, float[] values, int batch, int size)
    {
        float[] planar = new float[values.Length];
        TensorLayout.NhwcToNchw(values, planar, batch, 3, size, size);
        Tensors[name] = ([batch, 3, size, size], planar);
    }

    private static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);
}
