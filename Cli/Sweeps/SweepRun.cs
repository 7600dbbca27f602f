using System.CommandLine;
using System.Text.Json;
using ManSharp.Cli.Parsing;
using ManSharp.Cli.Training;
using ManSharp.LocalLearning.Planning;

namespace ManSharp.Cli.Sweeps;

/// <summary>A configuration that was checked in full: train would begin with it.</summary>
/// <param name="Entry">What the file says.</param>
/// <param name="Settings">What train makes of it, its folder included.</param>
/// <param name="Configuration">What train will write as config.json.</param>
/// <param name="StepFlops">Operations of convolutions and matrix products in a training step.</param>
internal sealed record SweepRun(
    SweepEntry Entry, TrainSettings Settings, JsonElement Configuration, double StepFlops)
{
    /// <summary>The run's folder.</summary>
    internal string Folder => Settings.Out!;

    /// <summary>Checks an entry by train's means: parses its command line, opens its data, plans its memory.</summary>
    /// <exception cref="InputException">Train would refuse it; the message names the run.</exception>
    internal static SweepRun Check(string file, SweepEntry entry, string folder, int threads, DataShelf shelf)
    {
        try
        {
            TrainSettings settings = Parse(
                [.. entry.Arguments, $"--threads={threads}", $"--out={Path.Combine(folder, entry.Name)}"]);
            using TrainingSetup setup = TrainingSetup.Open(settings, shelf);
            string text = RunFolder.Text(RunConfiguration.Describe(setup));
            using JsonDocument configuration = JsonDocument.Parse(text);
            return new SweepRun(
                entry, settings, configuration.RootElement.Clone(), StepCost.Predict(setup.Plan, settings.Batch).Flops);
        }
        catch (Exception exception) when (Failure.IsBadInput(exception))
        {
            throw new InputException($"{file}, {entry.Name}: {Failure.MessageOf(exception)}");
        }
    }

    /// <summary>Train's long options, without dashes.</summary>
    internal static IEnumerable<string> Keys() =>
        TrainCommand.Create(_ => ExitCode.Fine).Options.Select(option => option.Name.TrimStart('-'));

    private static TrainSettings Parse(string[] arguments)
    {
        if (arguments.Contains($"--recipe={RecipeList.Name}"))
            throw new InputException(
                $"--recipe: a recipe's name was expected. Got '{RecipeList.Name}'. "
                + $"mansharp train --recipe {RecipeList.Name} shows them.");
        TrainSettings? settings = null;
        Command train = TrainCommand.Create(parsed =>
        {
            settings = parsed;
            return ExitCode.Fine;
        });
        ParseResult result = train.Parse(
            arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        if (result.Errors.Count > 0)
            throw new InputException(ParseErrors.Describe(result));
        result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        return settings!;
    }
}
