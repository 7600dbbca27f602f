using ManSharp.Cli.Planning;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Planning;
using Spectre.Console;

namespace ManSharp.Cli.Display;

/// <summary>mansharp plan, for a person.</summary>
internal static class PlanDisplay
{
    private const int PlainColumns = 80, MostColumns = 120, CharactersBesideBar = 32;

    internal static void Write(PlanReport report)
    {
        Capabilities terminal = AnsiConsole.Profile.Capabilities;
        bool coloured = !Console.IsOutputRedirected && terminal.Ansi && terminal.ColorSystem != ColorSystem.NoColors;
        int columns = Console.IsOutputRedirected ? PlainColumns : Math.Min(AnsiConsole.Profile.Width, MostColumns);
        foreach (string line in Lines(report, columns, coloured))
            if (coloured)
                AnsiConsole.MarkupLine(line);
            else
                Console.Out.WriteLine(Markup.Remove(line));
    }

    /// <summary>The lines, as markup.</summary>
    internal static IEnumerable<string> Lines(PlanReport report, int columns, bool coloured)
    {
        Candidate asked = report.Candidate;
        var bar = new MemoryBar(asked.Cost.PeakBytes, Math.Max(columns - CharactersBesideBar, 10), coloured);
        return
        [
            .. Title(report), "", .. Blocks(asked, bar), bar.Legend, "", .. Peak(asked), "", .. Rivals(report),
            .. report.Budget is { } budget ? BudgetLines.Of(budget).Prepend("") : [],
        ];
    }

    private static IEnumerable<string> Title(PlanReport report)
    {
        NetworkPlan plan = report.Candidate.Plan;
        string fidelity = plan.Method.Fidelity == Fidelity.Reference ? " as its reference code" : "";
        string blocks = Words.Blocks(plan.Partition.Blocks);
        yield return $"[bold]{plan.Network.Name}, {plan.Method.Name}{fidelity}, {blocks}[/], "
            + $"batch {report.Candidate.Batch} of {plan.ImageSize}x{plan.ImageSize}, {plan.Network.Classes} classes";
        yield return $"memory on {Markup.Escape(report.Device)}, predicted to the byte; nothing was computed";
        if (RunTexts.BlocksNote(report.AskedBlocks, plan) is { } note)
            yield return note;
    }

    private static IEnumerable<string> Blocks(Candidate asked, MemoryBar bar)
    {
        yield return $"{"block",5}  {"units",-12}{"peak",10}";
        foreach (BlockMemory block in asked.Cost.Blocks)
        {
            string units = RunTexts.Units(asked.Plan.Partition, block.Block);
            string start = $"{block.Block + 1,5}  {units,-12}{Words.Bytes(block.PeakBytes),10}";
            yield return $"{(block == asked.Cost.Greatest ? $"[bold]{start}[/]" : start)}  {bar.Draw(block)}";
        }
    }

    private static IEnumerable<string> Peak(Candidate asked)
    {
        BlockMemory greatest = asked.Cost.Greatest;
        string phase = greatest.Phase switch
        {
            LocalLearning.Training.StepPhase.Forward => "in its forward pass",
            LocalLearning.Training.StepPhase.Losses => "while its losses are computed",
            _ => "in its backward pass",
        };
        yield return $"[bold]peak {Words.Bytes(greatest.PeakBytes)}[/] ({greatest.PeakBytes} bytes) "
            + $"in block {greatest.Block + 1} of {asked.Blocks}, {phase}:";
        foreach (MemoryBar.Category category in MemoryBar.Categories)
        {
            long bytes = category.BytesOf(greatest);
            double share = 100.0 * bytes / greatest.PeakBytes;
            yield return $"  {category.Name,-16}{Words.Bytes(bytes),10}{share,7:0.0} %  {category.Meaning}";
        }
        yield return $"training holds {Words.Bytes(asked.Cost.HeldBytes)} of the device, gaps between tensors included";
    }

    private static IEnumerable<string> Rivals(PlanReport report)
    {
        yield return $"{"",-26}{"peak",10}{"of end to end",16}{"GFLOP an image",17}";
        yield return Row("this plan", report.Candidate.Cost);
        yield return Row("end to end (bp)", report.EndToEnd);
        yield return Row("end to end, checkpoint", report.Checkpointing);

        string Row(string name, StepCost cost) =>
            $"{name,-26}{Words.Bytes(cost.PeakBytes),10}{100.0 * cost.PeakBytes / report.EndToEnd.PeakBytes,14:0.0} %"
            + $"{cost.Flops / report.Candidate.Batch / 1e9,17:0.00}";
    }
}
