using System.CommandLine;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;

namespace ManSharp.Cli.Parsing;

/// <summary>The options that say what is trained; every command that plans a network has them from here.</summary>
internal sealed class PlanOptions
{
    private const int Many = int.MaxValue;

    private readonly Option<string?> recipe = Options.OptionalWord("--recipe", "NAME",
        "published settings, on which other options win; list shows them");

    private readonly Option<string> network = Options.Word("--network", "NAME", PlanSettings.DefaultNetwork,
        "resnet20, 32, 110 or another depth of 6 n + 2; resnet164; resnet18, 34, 50, 101, 152; resnext101; "
        + "vgg13, 16, 19");

    private readonly Option<string> method = Options.Word("--method", "NAME", PlanSettings.DefaultMethod,
        LocalMethod.Syntax);

    private readonly Option<string> fidelity = Options.Word("--fidelity", "paper|reference", "paper",
        "the published method, or the published code where it differs");

    private readonly Option<int?> blocks = Options.OptionalWhole("--blocks", "K", 1, Many,
        $"gradient-isolated blocks [default: {PlanSettings.DefaultBlocks}, with bp always 1]");

    private readonly Option<string> cut = Options.Word("--cut", "RULE", Cut.Published,
        "published (else even), even, balanced (the greatest block's memory as small as can be), "
        + "or the last unit of each block, such as 1.2,2.1,3.0");

    private readonly Option<bool?> stem = new("--stem-block")
    {
        Description = "make the stem a block of its own [default: with +man++]",
    };

    private readonly Option<int> batch = Options.Whole("--batch", "B", PlanSettings.DefaultBatch, 2, Many,
        "images of a step");

    private readonly Option<float> momentum = Options.Number("--momentum-ema", "M", LocalMethod.PaperMomentum, 0, 1,
        "how slowly an averaged copy follows the next block");

    private readonly Option<string?> head = Options.OptionalWord("--head", "NcMf",
        "auxiliary classifier: N convolutions, M linear layers [default: infopro 1c2f, greedy 0c1f]");

    private readonly Option<string> labelLoss = Options.Word("--label-loss", "ce|contrast", "ce",
        "cross entropy, or supervised contrastive");

    private readonly Option<float[]> weights = Options.Numbers("--weights", "L1,L1',L2,L2'",
        [
            LossWeights.Default.ReconstructionFirst, LossWeights.Default.ReconstructionLast,
            LossWeights.Default.LabelFirst, LossWeights.Default.LabelLast,
        ],
        "weights of the pixels' loss in the first and the last local block, then of the labels' loss; "
        + "0,0 for pixels: no decoder; the paper's, for long runs: 5,4,0.5,0.4");

    private readonly Option<int?> depth = Options.OptionalWhole("--aux-depth", "D", 1, 100,
        $"layers of the first block's auxiliary with auglocal [default: {AugLocalMethod.DefaultDepth}]");

    private readonly Option<int?> segments = Options.OptionalWhole("--segments", "S", 1, Many,
        "segments of checkpoint [default: the square root of the units]");

    private readonly Option<int?> size;

    /// <param name="sizeDescription">What --size is in this command, and its default.</param>
    internal PlanOptions(string sizeDescription) =>
        size = Options.OptionalWhole("--size", "S", 4, 4096, sizeDescription);

    /// <summary>All of them, in the order of the help.</summary>
    internal IEnumerable<Option> All =>
    [
        recipe, network, method, fidelity, blocks, cut, stem, batch, momentum, head, labelLoss, weights, depth,
        segments, size,
    ];

    /// <summary>Whether a person asks for the list of recipes.</summary>
    internal bool ListsRecipes(ParseResult result) => result.GetValue(recipe) == RecipeList.Name;

    /// <summary>The recipe that fills what is not given.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    internal Recipe? RecipeOf(ParseResult result) => result.GetValue(recipe) is { } name ? Recipes.Parse(name) : null;

    /// <summary>What a person asked for, with the recipe's values and defaults filled in.</summary>
    /// <exception cref="ArgumentException">There is no such recipe.</exception>
    /// <exception cref="InputException">A word is none of those that there are.</exception>
    internal PlanSettings Read(ParseResult result)
    {
        Recipe? settings = RecipeOf(result);
        // A method of one's own does not take over the recipe's losses.
        Recipe? losses = Given(method) ? null : settings;
        return new PlanSettings
        {
            Recipe = settings,
            Network = Pick(network, settings?.Network)!,
            Method = Pick(method, settings?.Method)!,
            Fidelity = ParseFidelity(result.GetValue(fidelity)!),
            Blocks = Given(cut) ? result.GetValue(blocks) : Pick(blocks, settings?.Blocks),
            Cut = result.GetValue(cut)!,
            StemBlock = result.GetValue(stem),
            Batch = settings is null || Given(batch) ? result.GetValue(batch) : settings.Batch,
            BatchChosen = settings is not null || Given(batch),
            MomentumEma = Given(momentum) ? result.GetValue(momentum) : null,
            Head = Pick(head, losses?.Head),
            LabelLoss = losses is null || Given(labelLoss)
                ? ParseLabelLoss(result.GetValue(labelLoss)!)
                : losses.LabelLoss,
            Weights = Given(weights) ? ParseWeights(result.GetValue(weights)) : losses?.Weights,
            AuxiliaryDepth = result.GetValue(depth),
            Segments = result.GetValue(segments),
            Size = Pick(size, settings?.Size),
        };

        bool Given(Option option) => IsGiven(result, option);
        T? Pick<T>(Option<T> option, T? fromRecipe) =>
            fromRecipe is null || Given(option) ? result.GetValue(option) : fromRecipe;
    }

    /// <summary>Whether a person wrote an option, even with its default value.</summary>
    internal static bool IsGiven(ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };

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
