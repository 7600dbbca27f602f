using ManSharp.Cli.Parsing;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Planning;
using ManSharp.Tensors;

namespace ManSharp.Cli.Planning;

/// <summary>
/// What train --budget trains: what was asked for where it fits. Else blocks and batch that nobody chose are chosen:
/// more blocks first, which leave the batch alone, then a smaller batch.
/// </summary>
/// <param name="Candidate">What is trained.</param>
/// <param name="Note">What was chosen and why.</param>
internal sealed record BudgetChoice(Candidate Candidate, string Note)
{
    /// <summary>Chooses.</summary>
    /// <exception cref="InputException">Nothing fits; the text says what would be possible.</exception>
    internal static BudgetChoice Make(PlanSettings settings, NetworkPlan uncut, Device device, long budgetBytes)
    {
        Cut cut = settings.CutOf(uncut.Network);
        var search = new BudgetSearch(uncut, cut, device, budgetBytes);
        Candidate asked = search.Of(cut.Blocks, settings.Batch);
        string budget = $"budget {Words.Bytes(budgetBytes)}: ";
        if (search.Fits(asked))
            return new BudgetChoice(asked, $"{budget}enough for {Short(asked)}");
        if (Choose(search, settings, cut) is { } chosen)
            return new BudgetChoice(chosen,
                $"{budget}too little for {Short(asked)}; chosen instead: {Short(chosen)}");
        throw new InputException(BudgetAnswers.Find(search, settings, cut, asked, budgetBytes).Refusal());
    }

    private static Candidate? Choose(BudgetSearch search, PlanSettings settings, Cut cut)
    {
        // A local method with one block would be another method.
        int fewest = search.BlockCounts.Count > 1 ? 2 : 1;
        return (settings.BlocksChosen, settings.BatchChosen) switch
        {
            (true, true) => null,
            (true, false) => search.LargestBatch(cut.Blocks),
            (false, true) => search.FewestBlocks(settings.Batch, fewest),
            _ => search.FewestBlocks(settings.Batch, fewest)
                ?? Shrink(settings.Batch) ?? Shrink(BudgetSearch.LeastBatch),
        };

        // The largest batch with the blocks that take the least memory at a batch.
        Candidate? Shrink(int batch) =>
            search.Least(batch, fewest) is { } least ? search.LargestBatch(least.Blocks) : null;
    }

    private static string Short(Candidate candidate) =>
        $"{Words.Blocks(candidate.Blocks)} with batch {candidate.Batch} ({Words.Bytes(candidate.Cost.HeldBytes)})";
}
