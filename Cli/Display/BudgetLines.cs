using ManSharp.Cli.Planning;
using ManSharp.LocalLearning.Planning;

namespace ManSharp.Cli.Display;

/// <summary>What a budget answers, in lines.</summary>
internal static class BudgetLines
{
    /// <summary>The lines, as markup.</summary>
    internal static IEnumerable<string> Of(BudgetAnswers answers)
    {
        Candidate asked = answers.Asked;
        (string method, string blocks) = (asked.Plan.Method.Name, Words.Blocks(asked.Blocks));
        yield return $"[bold]budget {Words.Bytes(answers.BudgetBytes)}[/] ({answers.BudgetBytes} bytes): this plan "
            + (answers.Fits(asked) ? "fits" : "does not fit");
        string limit = answers.TensorsLimit ? "; tensors of more cannot be" : "";
        yield return $"  largest batch for {method}, {blocks}: " + (answers.LargestBatch is { } batch
            ? $"{batch.Batch} ({Words.Bytes(batch.Cost.HeldBytes)}{limit})"
            : $"none, not even {BudgetSearch.LeastBatch}");
        if (answers.BlocksVary)
            yield return $"  fewest blocks for {method}, batch {asked.Batch}: " + (answers.FewestBlocks is { } fewest
                ? $"{fewest.Blocks} ({Words.Bytes(fewest.Cost.HeldBytes)})"
                : "none, whatever their number");
        yield return $"  methods for batch {asked.Batch}, the cheapest in arithmetic first:";
        yield return $"    {"method",-16}{"blocks",7}{"GFLOP an image",17}{"held",11}";
        foreach (Candidate found in answers.Methods)
        {
            string verdict = found == answers.Cheapest ? "[green]fits, the cheapest[/]"
                : answers.Fits(found) ? "fits" : "does not fit";
            yield return $"    {found.Plan.Method.Name,-16}{found.Blocks,7}{found.FlopsPerImage / 1e9,17:0.00}"
                + $"{Words.Bytes(found.Cost.HeldBytes),11}  {verdict}";
        }
        if (answers.Least is not null)
            yield return $"  nothing fits with batch {asked.Batch}. {answers.Remedies()}";
    }
}
