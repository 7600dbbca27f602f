using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ManSharp.Layers.Files;
using ManSharp.Layers.Networks;
using ManSharp.Layers.Training;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Recorded;

/// <summary>What the metadata of a recorded run says: the network, its cut, the method, the optimizer.</summary>
internal sealed partial record RecordedConfig
{
    internal required NetworkPlan Plan { get; init; }

    internal required int Batch { get; init; }

    internal required int Steps { get; init; }

    internal required float Rate { get; init; }

    /// <summary>Reads and checks the metadata.</summary>
    /// <exception cref="CheckpointException">Something is missing, or has a value that no run can have.</exception>
    internal static RecordedConfig Read(SafetensorsFile file, string path)
    {
        try
        {
            using JsonDocument config = JsonDocument.Parse(Text(file, "config"));
            return Read(file, config.RootElement);
        }
        catch (Exception error) when (DoesNotFit(error))
        {
            throw Refusal(path, error);
        }
    }

    /// <summary>Whether an error means that metadata or tensors cannot be those of a run.</summary>
    internal static bool DoesNotFit(Exception error) => error is JsonException or FormatException or OverflowException
        or ArgumentException or KeyNotFoundException or InvalidOperationException or ShapeException;

    /// <summary>Such an error as one of the file.</summary>
    internal static CheckpointException Refusal(string path, Exception error) => new(
        "Recorded run", path, "metadata that describes a training run (config, block_ends, batch, steps, lr, weight_decay, sgd, noise)",
        error.Message.TrimEnd('.'), "Use a file that was recorded for verification", error);

    private static RecordedConfig Read(SafetensorsFile file, JsonElement config)
    {
        int classes = config.GetProperty("Classes").GetInt32();
        const string classifier = "init.fc64.weight";
        if (Width(file, classifier) is { } outputs && outputs != classes)
            throw new FormatException($"{classifier} [{outputs}, ...] where {classes} classes were expected");
        NetworkSpec network = NetworkSpec.Parse(String(config, "Arch"), classes);
        Partition partition = Partition.Of(network, [.. Ends(Text(file, "block_ends"))]);
        LocalMethod method = Method(config);
        string sgd = Text(file, "sgd");
        return new RecordedConfig
        {
            Batch = Int(Text(file, "batch")),
            Steps = Int(Text(file, "steps")),
            Rate = Float(Text(file, "lr")),
            Plan = new NetworkPlan
            {
                Network = network,
                Partition = partition,
                Method = method,
                ImageSize = config.GetProperty("Size").GetInt32(),
                Optimizer = new SgdOptions(
                    Float(MomentumPattern().Match(sgd).Groups[1].Value), Float(Text(file, "weight_decay")),
                    sgd.Contains("Nesterov", StringComparison.OrdinalIgnoreCase)
                    && !sgd.Contains("no Nesterov", StringComparison.OrdinalIgnoreCase)),
                Heads = (block, inputs, outputs) => Head(file, method, block, inputs, outputs),
                DecoderHidden = block => Width(file, $"init.decoders.{block}.decoder.0.weight") ?? 0,
            },
        };
    }

    private static LocalMethod Method(JsonElement config)
    {
        string name = String(config, "Method"), loss = String(config, "Loss");
        LocalMethod method = name switch
        {
            "man" or "infopro" or "bp" => LocalMethod.Parse(name),
            "man-ema" => LocalMethod.Parse("infopro+ema"),
            "man-lb" => LocalMethod.Parse("infopro+bias"),
            _ => throw new FormatException($"Method '{name}' is none of man, man-ema, man-lb, infopro, bp"),
        };
        LabelLoss labelLoss = loss switch
        {
            "ce" => LabelLoss.CrossEntropy,
            "contrast" => LabelLoss.Contrastive,
            _ => throw new FormatException($"Loss '{loss}' is none of ce, contrast"),
        };
        return method with
        {
            Name = name,
            Head = String(config, "Aux"),
            LabelLoss = labelLoss,
            Weights = new LossWeights(
                Number(config, "Ixx1"), Number(config, "Ixx2"), Number(config, "Ixy1"), Number(config, "Ixy2")),
            AverageMomentum = Number(config, "Momentum"),
            Widen = Number(config, "Widen"),
            Feature = config.GetProperty("Feature").GetInt32(),
        };
    }

    // NcMf gives the kinds of layers; the widths are those of the recorded weights.
    private static HeadSpec Head(SafetensorsFile file, LocalMethod method, int block, int inputs, int outputs)
    {
        HeadSpec published = HeadSpec.Parse(method.HeadName!, inputs, outputs, method.Widen, method.Feature);
        int Recorded(int place) => Width(file, $"init.heads.{block}.{place}.weight")
            ?? throw new KeyNotFoundException($"no tensor init.heads.{block}.{place}.weight, which head {method.HeadName} has");
        int firstLinear = 3 * published.Convolutions.Count + 2;
        return published with
        {
            Convolutions = [.. published.Convolutions.Select((_, i) => Recorded(3 * i))],
            Hidden = [.. published.Hidden.Select((_, i) => Recorded(firstLinear + 2 * i))],
            Outputs = Recorded(firstLinear + 2 * published.Hidden.Count),
        };
    }

    private static IEnumerable<int> Ends(string text)
    {
        // "index of the last residual unit of each block, ...: 1,3,6,8": the numbers stand after the last colon.
        string numbers = text[(text.LastIndexOf(':') + 1)..];
        return numbers.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(number => int.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture));
    }

    // The number of outputs of a layer: the first dimension of its recorded weight; null where there is no such weight.
    private static int? Width(SafetensorsFile file, string name)
    {
        if (!file.TryGet(name, out SafetensorsEntry? weight))
            return null;
        // A weight without values would let a small file ask for much memory.
        return weight.Shape is [<= int.MaxValue, ..] && weight.ElementCount > 0
            ? (int)weight.Shape[0]
            : throw new FormatException($"{name} [{string.Join(", ", weight.Shape)}] where a weight [out, in, ...] was expected");
    }

    private static string String(JsonElement config, string key) =>
        config.GetProperty(key).GetString() ?? throw new FormatException($"no text for {key}");

    private static string Text(SafetensorsFile file, string key) => file.Metadata.TryGetValue(key, out string? text)
        ? text
        : throw new KeyNotFoundException($"no metadata '{key}'");

    private static int Int(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) is > 0 and int value
        ? value
        : throw new FormatException($"'{text}' where a positive number was expected");

    private static float Float(string text) => float.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static float Number(JsonElement config, string key) => config.GetProperty(key).GetSingle();

    [GeneratedRegex("momentum ([0-9.eE+-]+[0-9])")]
    private static partial Regex MomentumPattern();
}
