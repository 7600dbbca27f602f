using System.CommandLine;
using ManSharp.Cli.Parsing;
using ManSharp.Cli.Training;
using ManSharp.LocalLearning.Methods;

namespace ManSharp.Cli;

/// <summary>mansharp train: the options, and from them the settings.</summary>
internal static class TrainCommand
{
    private const int Many = int.MaxValue;

    internal static Command Create(Interruption interruption)
    {
        Option<string> data = Options.Word("--data", "shapes|PATH", "shapes",
            "the embedded data set, or a folder or .tar(.gz) of images in class folders");
        Option<string> network = Options.Word("--network", "resnetD", TrainSettings.DefaultNetwork,
            "resnet20, resnet32, resnet110 or another depth of 6 n + 2");
        Option<string> method = Options.Word("--method", "NAME", TrainSettings.DefaultMethod,
            $"{string.Join(", ", LocalMethod.Names)}; bp is end to end");
        Option<int?> blocks = Options.OptionalWhole("--blocks", "K", 1, Many,
            $"gradient-isolated blocks [default: {TrainSettings.DefaultBlocks}, with bp always 1]");
        Option<int> epochs = Options.Whole("--epochs", "N", TrainSettings.DefaultEpochs, 1, 100_000,
            "passes over the training images");
        Option<int> batch = Options.Whole("--batch", "B", TrainSettings.DefaultBatch, 2, Many, "images of a step");
        Option<float> rate = Options.Number("--lr", "X", TrainSettings.DefaultLearningRate, 0, 1000,
            "the greatest learning rate; it warms up and decays as a cosine");
        Option<float> momentum = Options.Number("--momentum-ema", "M", LocalMethod.PaperMomentum, 0, 1,
            "how slowly an averaged copy follows the next block");
        Option<string?> head = Options.OptionalWord("--head", "NcMf",
            "auxiliary classifier: N convolutions, M linear layers [default: 1c2f]");
        Option<string> labelLoss = Options.Word("--label-loss", "ce|contrast", "ce",
            "cross entropy, or supervised contrastive");
        LossWeights weights = LocalMethod.DefaultWeights;
        Option<float[]> lossWeights = Options.Numbers("--weights", "L1,L1',L2,L2'",
            [weights.ReconstructionFirst, weights.ReconstructionLast, weights.LabelFirst, weights.LabelLast],
            "weights of the pixels' loss in the first and the last local block, then of the labels' loss; "
            + "0,0 for pixels: no decoder; the paper's, for long runs: 5,4,0.5,0.4");
        Option<float> decay = Options.Number("--weight-decay", "X", TrainSettings.DefaultWeightDecay, 0, 1,
            "pulls weights towards 0");
        Option<int?> size = Options.OptionalWhole("--size", "S", 4, 4096,
            "scale and crop images to S x S [default: as they are]");
        Option<int?> limit = Options.OptionalWhole("--limit", "N", 1, Many, "train on at most N images [default: all]");
        Option<ulong> seed = Options.Seed("--seed", "what first weights, order and augmentation are drawn from");
        Option<string> device = Options.Word("--device", "auto|cpu", "auto", "where to train");
        Option<int> threads = Options.Whole("--threads", "T", Environment.ProcessorCount, 1, 1024,
            "worker threads; results do not depend on it");
        Option<bool> strict = Options.Strict();
        Option<string?> folder = Options.OptionalWord("--out", "DIR",
            "the folder to write, new or empty [default: runs/TIME-NAME]");

        var command = new Command("train", "Trains a network and writes it, its metrics and settings into a folder.")
        {
            data, network, method, blocks, epochs, batch, rate, momentum, head, labelLoss, lossWeights, decay,
            size, limit, seed, device, threads, strict, folder,
        };
        command.SetAction(result => TrainingRun.Execute(
            new TrainSettings
            {
                Data = result.GetValue(data)!,
                Network = result.GetValue(network)!,
                Method = result.GetValue(method)!,
                Blocks = result.GetValue(blocks),
                Epochs = result.GetValue(epochs),
                Batch = result.GetValue(batch),
                LearningRate = result.GetValue(rate),
                MomentumEma = result.GetValue(momentum),
                Head = result.GetValue(head),
                LabelLoss = ParseLabelLoss(result.GetValue(labelLoss)!),
                Weights = ParseWeights(result.GetValue(lossWeights)),
                WeightDecay = result.GetValue(decay),
                Size = result.GetValue(size),
                Limit = result.GetValue(limit),
                Seed = result.GetValue(seed),
                Device = result.GetValue(device)!,
                Threads = result.GetValue(threads),
                Strict = result.GetValue(strict),
                Out = result.GetValue(folder),
            },
            interruption));
        return command;
    }

    private static LabelLoss ParseLabelLoss(string text) => text switch
    {
        "ce" => LabelLoss.CrossEntropy,
        "contrast" => LabelLoss.Contrastive,
        _ => throw new InputException($"--label-loss: ce or contrast was expected. Got '{text}'."),
    };

    private static LossWeights? ParseWeights(float[]? values) =>
        values is not { Length: 4 } ? null : new LossWeights(values[0], values[1], values[2], values[3]);
}
