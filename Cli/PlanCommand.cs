using System.CommandLine;
using ManSharp.Cli.Display;
using ManSharp.Cli.Parsing;
using ManSharp.Cli.Planning;

namespace ManSharp.Cli;

/// <summary>
/// mansharp plan: the memory of a training step, block by block, and what fits into a budget. Runs no kernel.
/// </summary>
internal static class PlanCommand
{
    private const int MostClasses = 1_000_000;

    internal static Command Create()
    {
        var plan = new PlanOptions(
            "height and width of the images [default: 32, or 224 for networks for large images]");
        Option<int?> classes = Options.OptionalWhole("--classes", "C", 2, MostClasses,
            "classes to tell apart [default: 10, or 1000 for networks for large images]");
        Option<string> device = Options.Word("--device", "NAME", "auto",
            "auto, cpu, cuda:0, opencl:0: the device whose memory is predicted; it need not be there");
        Option<long?> budget = Options.Budget("memory that must suffice: prints what fits");
        Option<bool> json = new("--json") { Description = "print one JSON document, bytes as numbers" };

        var command = new Command(
            "plan", "Predicts the memory of training, block by block, and says what fits into a budget.");
        foreach (Option option in plan.All)
            command.Options.Add(option);
        foreach (Option option in (Option[])[classes, device, budget, json])
            command.Options.Add(option);
        command.SetAction(result =>
        {
            if (plan.ListsRecipes(result))
                return RecipeList.Print();
            PlanReport report = PlanReport.Make(
                plan.Read(result), result.GetValue(classes), result.GetValue(device)!, result.GetValue(budget));
            if (result.GetValue(json))
                Console.Out.WriteLine(PlanDocument.Write(report));
            else
                PlanDisplay.Write(report);
            return ExitCode.Fine;
        });
        return command;
    }
}
