using System.CommandLine;
using ManSharp.Cli.Parsing;
using ManSharp.Cli.Training;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;

namespace ManSharp.Cli;

/// <summary>mansharp train: the options, and from them the settings.</summary>
internal static class TrainCommand
{
    private const int Many = int.MaxValue;

    internal static Command Create(Interruption interruption) =>
        Create(settings => TrainingRun.Execute(settings, interruption));

    /// <summary>The same command line, whose settings go to <paramref name="execute"/>.</summary>
    internal static Command Create(Func<TrainSettings, int> execute)
    {
        Option<string> data = Options.Word("--data", "shapes|PATH", "shapes",
            "the embedded data set, or a folder or .tar(.gz) of images in class folders");
        Option<string?> recipe = Options.OptionalWord("--recipe", "NAME",
            "published settings, on which other options win; list shows them");
        Option<string> network = Options.Word("--network", "NAME", TrainSettings.DefaultNetwork,
            "resnet20, 32, 110 or another depth of 6 n + 2; resnet164; resnet18, 34, 50, 101, 152; resnext101; vgg13, 16, 19");
        Option<string> method = Options.Word("--method", "NAME", TrainSettings.DefaultMethod, LocalMethod.Syntax);
        Option<string> fidelity = Options.Word("--fidelity", "paper|reference", "paper",
            "the published method, or the published code where it differs");
        Option<int?> blocks = Options.OptionalWhole("--blocks", "K", 1, Many,
            $"gradient-isolated blocks [default: {TrainSettings.DefaultBlocks}, with bp always 1]");
        Option<string> cut = Options.Word("--cut", "RULE", Cut.Published,
            "published (else even), even, balanced (the greatest block's memory as small as can be), "
            + "or the last unit of each block, such as 1.2,2.1,3.0");
        Option<bool?> stem = new("--stem-block")
        {
            Description = "make the stem a block of its own [default: with +man++]",
        };
        Option<int> epochs = Options.Whole("--epochs", "N", TrainSettings.DefaultEpochs, 1, 100_000,
            "passes over the training images");
        Option<int> batch = Options.Whole("--batch", "B", TrainSettings.DefaultBatch, 2, Many, "images of a step");
        Option<float> rate = Options.Number("--lr", "X", TrainSettings.DefaultLearningRate, 0, 1000,
            "the greatest learning rate; it warms up and decays as a cosine");
        Option<float> momentum = Options.Number("--momentum-ema", "M", LocalMethod.PaperMomentum, 0, 1,
            "how slowly an averaged copy follows the next block");
        Option<string?> head = Options.OptionalWord("--head", "NcMf",
            "auxiliary classifier: N convolutions, M linear layers [default: infopro 1c2f, greedy 0c1f]");
        Option<int?> depth = Options.OptionalWhole("--aux-depth", "D", 1, 100,
            $"layers of the first block's auxiliary with auglocal [default: {AugLocalMethod.DefaultDepth}]");
        Option<int?> segments = Options.OptionalWhole("--segments", "S", 1, Many,
            "segments of checkpoint [default: the square root of the units]");
        Option<string> labelLoss = Options.Word("--label-loss", "ce|contrast", "ce",
            "cross entropy, or supervised contrastive");
        LossWeights weights = LossWeights.Default;
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
            recipe, data, network, method, fidelity, blocks, cut, stem, epochs, batch, rate, momentum, head, labelLoss,
            lossWeights, depth, segments, decay, size, limit, seed, device, threads, strict, folder,
        };
        command.SetAction(result =>
        {
            if (result.GetValue(recipe) == RecipeList.Name)
                return RecipeList.Print();
            Recipe? settings = result.GetValue(recipe) is { } name ? Recipes.Parse(name) : null;
            RecipeList.RequireData(settings, Given(data));
            // A method of one's own does not take over the recipe's losses.
            Recipe? losses = Given(method) ? null : settings;
            return execute(
                new TrainSettings
                {
                    Recipe = settings,
                    Data = result.GetValue(data)!,
                    Network = Pick(network, settings?.Network)!,
                    Method = Pick(method, settings?.Method)!,
                    Fidelity = ParseFidelity(result.GetValue(fidelity)!),
                    Blocks = Given(cut) ? result.GetValue(blocks) : Pick(blocks, settings?.Blocks),
                    Cut = result.GetValue(cut)!,
                    StemBlock = result.GetValue(stem),
                    Epochs = settings is null || Given(epochs) ? result.GetValue(epochs) : settings.Epochs,
                    Batch = settings is null || Given(batch) ? result.GetValue(batch) : settings.Batch,
                    LearningRate = settings is null || Given(rate) ? result.GetValue(rate) : settings.LearningRate,
                    MomentumEma = Given(momentum) ? result.GetValue(momentum) : null,
                    Head = Pick(head, losses?.Head),
                    LabelLoss = losses is null || Given(labelLoss)
                        ? ParseLabelLoss(result.GetValue(labelLoss)!)
                        : losses.LabelLoss,
                    Weights = Given(lossWeights) ? ParseWeights(result.GetValue(lossWeights)) : losses?.Weights,
                    AuxiliaryDepth = result.GetValue(depth),
                    Segments = result.GetValue(segments),
                    WeightDecay = result.GetValue(decay),
                    Size = Pick(size, settings?.Size),
                    Limit = result.GetValue(limit),
                    Seed = result.GetValue(seed),
                    Device = result.GetValue(device)!,
                    Threads = result.GetValue(threads),
                    Strict = result.GetValue(strict),
                    Out = result.GetValue(folder),
                });

            bool Given(Option option) => result.GetResult(option) is { Implicit: false };
            T? Pick<T>(Option<T> option, T? fromRecipe) =>
                fromRecipe is null || Given(option) ? result.GetValue(option) : fromRecipe;
        });
        return command;
    }

    private static Fidelity ParseFidelity(string text) => text switch
    {
        "paper" => Fidelity.Paper,
        "reference" => Fidelity.Reference,
        _ => throw new InputException($"--fidelity: paper or reference was expected. Got '{text}'."),
    };

    private static LabelLoss ParseLabelLoss(string text) => text switch
    {
        "ce" => LabelLoss.CrossEntropy,
        "contrast" => LabelLoss.Contrastive,
        _ => throw new InputException($"--label-loss: ce or contrast was expected. Got '{text}'."),
    };

    private static LossWeights? ParseWeights(float[]? values) =>
        values is not { Length: 4 } ? null : new LossWeights(values[0], values[1], values[2], values[3]);
}
