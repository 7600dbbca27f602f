using System.Globalization;
using System.Text.Json;
using ManSharp.Layers.Files;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Recorded;

/// <summary>
/// A training run recorded from another library: first values, a batch, and after some steps the losses, gradients,
/// updates and logits. <see cref="Verify"/> repeats it on a device and measures the deviation.
/// </summary>
public static class RecordedRun
{
    // Relative tolerances of whole groups: losses are smooth; the others feel each ReLU that flips.
    private const double LossTolerance = 2e-5;
    private const double Tolerance = 5e-3;

    // A variance over N instead of N - 1 is 1 / N off, which hides among the updates. Running variances are smoother: with
    // every convolution's output off by 1e-7 to 1e-4 at random, losses or gradients exceeded their bounds before these did.
    private const double VarianceTolerance = 5e-4;

    /// <summary>Repeats the run of a file.</summary>
    /// <exception cref="CheckpointException">The file is no recorded run, or its tensors do not fit its metadata.</exception>
    public static Verification Verify(string path, Device device)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        RecordedConfig config = RecordedConfig.Read(file, path);
        using Session session = Open(file, path, config, device);
        return session.Run();
    }

    // Metadata may be well-formed and still describe what cannot be built.
    private static Session Open(SafetensorsFile file, string path, RecordedConfig config, Device device)
    {
        try
        {
            return new Session(file, path, config, device);
        }
        catch (Exception error) when (RecordedConfig.DoesNotFit(error))
        {
            throw RecordedConfig.Refusal(path, error);
        }
    }

    private sealed class Session : IDisposable
    {
        private readonly SafetensorsFile file;
        private readonly string path;
        private readonly RecordedConfig config;
        private readonly Device device;
        private readonly LocalTrainer trainer;
        private readonly TrainingInput input;
        private readonly Dictionary<string, double> noise;
        private readonly List<TensorDeviation> losses = [], gradients = [], updates = [], ema = [], variances = [], logits = [];
        private readonly List<LossComparison> comparisons = [];

        internal Session(SafetensorsFile file, string path, RecordedConfig config, Device device)
        {
            (this.file, this.path, this.config, this.device) = (file, path, config, device);
            noise = JsonSerializer.Deserialize<Dictionary<string, double>>(file.Metadata.GetValueOrDefault("noise", "{}"))
                ?? throw new FormatException("null for noise");
            int size = config.Plan.ImageSize;
            var images = new Shape(config.Batch, size, size, 3);
            input = new TrainingInput(Upload("input", images), Upload("pixels", images), UploadLabels());
            trainer = new LocalTrainer(device, config.Plan, seed: 0);
        }

        internal Verification Run()
        {
            List<RecordedTensor> tensors = RecordedTensors.Of(trainer);
            LoadInitial(tensors);
            trainer.GradientsReady = CompareGradients;
            for (int step = 0; step < config.Steps; step++)
            {
                trainer.Step(input, config.Rate);
                trainer.GradientsReady = null;
                CompareLosses(step, trainer.Report());
            }
            CompareUpdates(tensors);
            ComparePrediction();
            GroupDeviation?[] groups =
            [
                GroupDeviation.Judge("losses", LossTolerance, losses),
                GroupDeviation.Judge("gradients", Tolerance, gradients),
                GroupDeviation.Judge("updates", Tolerance, updates),
                GroupDeviation.Judge("ema", Tolerance, ema),
                GroupDeviation.Judge("variances", VarianceTolerance, variances),
                GroupDeviation.Judge("logits", Tolerance, logits),
            ];
            return new Verification(Describe(), comparisons, [.. groups.OfType<GroupDeviation>()]);
        }

        public void Dispose()
        {
            trainer.Dispose();
            input.Images.Release();
            input.Pixels.Release();
            input.Labels.Release();
        }

        private string Describe()
        {
            LocalMethod method = config.Plan.Method;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{config.Plan.Network.Name}, {config.Plan.Partition.Blocks} blocks ending at units {string.Join(",", config.Plan.Partition.Ends)}, "
                + $"{method.Name}, head {method.HeadName}, {(method.LabelLoss == LabelLoss.Contrastive ? "contrastive" : "cross entropy")}, "
                + $"{config.Plan.ImageSize}x{config.Plan.ImageSize}, batch {config.Batch}, {config.Steps} steps");
        }

        private void LoadInitial(List<RecordedTensor> tensors)
        {
            foreach (RecordedTensor tensor in tensors)
                device.Kernels.Upload(tensor.Value, Read($"init.{tensor.Name}", tensor.Value.Shape));
            int recorded = file.Entries.Count(entry => entry.Name.StartsWith("init.", StringComparison.Ordinal));
            if (recorded == tensors.Count)
                return;
            var known = tensors.Select(tensor => $"init.{tensor.Name}").ToHashSet(StringComparer.Ordinal);
            SafetensorsEntry extra = file.Entries.First(e => e.Name.StartsWith("init.", StringComparison.Ordinal) && !known.Contains(e.Name));
            throw new CheckpointException(
                "Recorded run", path, $"{tensors.Count} tensors init.* for the network in the metadata", $"{recorded}, among them {extra.Name}",
                "Check the metadata against the tensors");
        }

        private void CompareGradients(LocalBlock block)
        {
            foreach (RecordedTensor tensor in RecordedTensors.Of(block))
                if (tensor.Parameter is { } parameter && file.TryGet($"grad0.{tensor.Name}", out _))
                    gradients.Add(Compare($"grad0.{tensor.Name}", parameter.Gradient));
        }

        private void CompareLosses(int step, StepReport report)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"step{step}.losses");
            float[] recorded = ReadExactly(name, [3 * report.Blocks.Count]);
            float[] ours = [.. report.Blocks.SelectMany(block => new[] { block.Reconstruction, block.Label, block.Total })];
            losses.Add(Deviation(name, ours, recorded));
            for (int i = 0; i < report.Blocks.Count; i++)
                comparisons.Add(new LossComparison(
                    step, i, (ours[3 * i], recorded[3 * i]), (ours[3 * i + 1], recorded[3 * i + 1]), (ours[3 * i + 2], recorded[3 * i + 2])));
        }

        private void CompareUpdates(List<RecordedTensor> tensors)
        {
            foreach (RecordedTensor tensor in tensors)
            {
                string name = $"update.{tensor.Name}";
                if (!file.TryGet(name, out _))
                    continue;
                Shape shape = tensor.Value.Shape;
                float[] initial = Read($"init.{tensor.Name}", shape), ours = Download(tensor.Value);
                for (int i = 0; i < ours.Length; i++)
                    ours[i] -= initial[i];
                TensorDeviation deviation = Deviation(name, ours, Read(name, shape));
                (tensor.Name.StartsWith("EMA.", StringComparison.Ordinal) ? ema : updates).Add(deviation);
                if (tensor.Name.EndsWith(".running_var", StringComparison.Ordinal))
                    variances.Add(deviation);
            }
        }

        private void ComparePrediction()
        {
            if (!file.TryGet("eval.logits", out _))
                return;
            Tensor predicted = trainer.Predict(input.Images);
            float[] recorded = ReadExactly("eval.logits", [config.Batch, config.Plan.Network.Classes]);
            logits.Add(Deviation("eval.logits", Download(predicted), recorded));
            predicted.Release();
        }

        private TensorDeviation Compare(string name, Tensor ours) => Deviation(name, Download(ours), Read(name, ours.Shape));

        private TensorDeviation Deviation(string name, float[] ours, float[] recorded)
        {
            double difference = 0, norm = 0;
            for (int i = 0; i < ours.Length; i++)
            {
                difference += Math.Pow((double)ours[i] - recorded[i], 2);
                norm += Math.Pow(recorded[i], 2);
            }
            return new TensorDeviation(name, Math.Sqrt(norm), Math.Sqrt(difference), noise.GetValueOrDefault(name));
        }

        private float[] Download(Tensor tensor)
        {
            float[] values = new float[tensor.Length];
            device.Kernels.Download(values, tensor);
            return values;
        }

        private float[] Read(string name, Shape shape) =>
            RecordedTensors.FromTorch(ReadExactly(name, RecordedTensors.TorchShape(shape)), shape);

        private float[] ReadExactly(string name, long[] shape)
        {
            if (file.TryGet(name, out SafetensorsEntry? entry) && entry.Shape.SequenceEqual(shape))
                return file.ReadFloats(name);
            throw new CheckpointException(
                "Recorded run", path, $"a tensor {name} [{string.Join(", ", shape)}]",
                entry is null ? "none of that name" : $"[{string.Join(", ", entry.Shape)}]", "Check the metadata against the tensors");
        }

        private Tensor Upload(string name, Shape images)
        {
            float[] planar = ReadExactly(name, [images[0], images[3], images[1], images[2]]), values = new float[images.Length];
            TensorLayout.NchwToNhwc(planar, values, images[0], images[3], images[1], images[2]);
            Tensor tensor = device.Rent(images);
            device.Kernels.Upload(tensor, values);
            return tensor;
        }

        private Tensor UploadLabels()
        {
            if (!file.TryGet("target", out SafetensorsEntry? entry) || !entry.Shape.SequenceEqual([config.Batch]))
                throw new CheckpointException(
                    "Recorded run", path, $"a tensor target [{config.Batch}]", "none of that name and shape", "Check the metadata against the tensors");
            int classes = config.Plan.Network.Classes;
            int[] labels = file.ReadInts("target");
            if (Array.Find(labels, label => label < 0 || label >= classes) is not 0 and int wrong)
                throw new CheckpointException(
                    "Recorded run", path, $"labels from 0 to {classes - 1}", $"{wrong}", "Check the metadata against the tensors");
            Tensor tensor = device.Rent(new Shape(config.Batch));
            device.Kernels.Upload(tensor, [.. labels.Select(label => (float)label)]);
            return tensor;
        }
    }
}
