using System.CommandLine;
using ManSharp.Cli.Parsing;
using ManSharp.Cli.Training;
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
        var plan = new PlanOptions("scale and crop images to S x S [default: as they are]");
        Option<long?> budget = Options.Budget(
            "memory of the device that must suffice: blocks and batch that are not given are chosen so that it does");
        Option<int> epochs = Options.Whole("--epochs", "N", TrainSettings.DefaultEpochs, 1, 100_000,
            "passes over the training images");
        Option<float> rate = Options.Number("--lr", "X", TrainSettings.DefaultLearningRate, 0, 1000,
            "the greatest learning rate; it warms up and decays as a cosine");
        Option<float> decay = Options.Number("--weight-decay", "X", TrainSettings.DefaultWeightDecay, 0, 1,
            "pulls weights towards 0");
        Option<int?> limit = Options.OptionalWhole("--limit", "N", 1, Many, "train on at most N images [default: all]");
        Option<ulong> seed = Options.Seed("--seed", "what first weights, order and augmentation are drawn from");
        var device = new DeviceOptions("where to train");
        Option<bool> strict = Options.Strict();
        Option<string?> folder = Options.OptionalWord("--out", "DIR",
            "the folder to write, new or empty [default: runs/TIME-NAME]");

        var command = new Command("train", "Trains a network and writes it, its metrics and settings into a folder.")
        {
            data,
        };
        foreach (Option option in plan.All)
            command.Options.Add(option);
        foreach (Option option in (Option[])[budget, epochs, rate, decay, limit, seed, strict, folder])
            command.Options.Add(option);
        device.AddTo(command);
        command.SetAction(result =>
        {
            if (plan.ListsRecipes(result))
                return RecipeList.Print();
            Recipe? recipe = plan.RecipeOf(result);
            RecipeList.RequireData(recipe, PlanOptions.IsGiven(result, data));
            return execute(
                new TrainSettings
                {
                    Plan = plan.Read(result),
                    Data = result.GetValue(data)!,
                    Epochs = recipe is null || PlanOptions.IsGiven(result, epochs) ? result.GetValue(epochs) : recipe.Epochs,
                    LearningRate = recipe is null || PlanOptions.IsGiven(result, rate) ? result.GetValue(rate) : recipe.LearningRate,
                    WeightDecay = result.GetValue(decay),
                    Limit = result.GetValue(limit),
                    Seed = result.GetValue(seed),
                    Device = device.Read(result),
                    Budget = result.GetValue(budget),
                    Strict = result.GetValue(strict),
                    Out = result.GetValue(folder),
                });
        });
        return command;
    }
}
