using ManSharp.Cli.Parsing;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Planning;

namespace ManSharp.Cli.Planning;

/// <summary>The questions that a budget answers, answered.</summary>
/// <param name="BudgetBytes">The budget.</param>
/// <param name="Asked">What the person asked for.</param>
/// <param name="LargestBatch">The largest batch for this method and K; null for none.</param>
/// <param name="TensorsLimit">Whether a larger batch would have tensors of too many values.</param>
/// <param name="BlocksVary">Whether there can be other numbers of blocks: not end to end or explicit.</param>
/// <param name="FewestBlocks">The fewest blocks for this method and batch; null for none.</param>
/// <param name="Methods">Every method for this batch, the cheapest in arithmetic first, whether it fits or not.</param>
/// <param name="Least">What takes the least memory of all, where nothing fits; else null.</param>
internal sealed record BudgetAnswers(
    long BudgetBytes, Candidate Asked, Candidate? LargestBatch, bool TensorsLimit, bool BlocksVary,
    Candidate? FewestBlocks, IReadOnlyList<Candidate> Methods, Candidate? Least)
{
    /// <summary>Searches for all of them.</summary>
    internal static BudgetAnswers Find(
        BudgetSearch search, PlanSettings settings, Cut cut, Candidate asked, long budgetBytes)
    {
        bool vary = search.BlockCounts.Count > 1;
        Candidate? batch = search.LargestBatch(cut.Blocks);
        Candidate? blocks = vary ? search.FewestBlocks(settings.Batch) : null;
        bool limited = batch is not null && !search.CanBe(cut.Blocks, batch.Batch + 1);
        int? chosen = settings.BlocksChosen ? asked.Blocks : null;
        IReadOnlyList<Candidate> methods = search.Methods(chosen, settings.Batch);
        Candidate? least = null;
        if (batch is null && blocks is null && !methods.Any(search.Fits))
            least = search.Methods(blocks: null, BudgetSearch.LeastBatch).MinBy(method => method.Cost.PeakBytes);
        return new BudgetAnswers(budgetBytes, asked, batch, limited, vary, blocks, methods, least);
    }

    /// <summary>Whether something of this network fits, be it with another method or with batches of two.</summary>
    internal bool IsPossible => Least is null || Fits(Least);

    /// <summary>The cheapest method for this batch that fits; null for none.</summary>
    internal Candidate? Cheapest => Methods.FirstOrDefault(Fits);

    /// <summary>Whether a candidate stays within the budget.</summary>
    internal bool Fits(Candidate candidate) => candidate.FitsInto(BudgetBytes);

    /// <summary>What would be possible, as options.</summary>
    internal string Remedies()
    {
        List<string> remedies = [];
        if (LargestBatch is not null)
            remedies.Add($"--batch {LargestBatch.Batch} ({Words.Bytes(LargestBatch.Cost.HeldBytes)})");
        if (FewestBlocks is not null)
            remedies.Add($"--blocks {FewestBlocks.Blocks} ({Words.Bytes(FewestBlocks.Cost.HeldBytes)})");
        if (Cheapest is { } cheapest && cheapest.Plan.Method.Name != Asked.Plan.Method.Name)
            remedies.Add(Choice(cheapest));
        if (remedies.Count > 0)
            return $"Use {Words.Or(remedies)}.";
        return IsPossible
            ? $"Use {Choice(Least!, andBatch: true)}."
            : $"The least of {Asked.Plan.Network.Name} is {Choice(Least!, andBatch: true)}: "
                + "raise the budget, or use a smaller network or --size.";
    }

    /// <summary>The refusal of what does not fit.</summary>
    internal string Refusal() =>
        $"--budget: at least {Words.ExactBytes(Asked.Cost.HeldBytes)} were expected for {Name(Asked)}. "
        + $"Got {Words.ExactBytes(BudgetBytes)}. {Remedies()}";

    /// <summary>resnet20, man, 3 blocks, batch 64.</summary>
    private static string Name(Candidate candidate) =>
        $"{candidate.Plan.Network.Name}, {candidate.Plan.Method.Name}, {Words.Blocks(candidate.Blocks)}, "
        + $"batch {candidate.Batch}";

    private static string Choice(Candidate candidate, bool andBatch = false)
    {
        string blocks = candidate.Plan.Method.EndToEnd ? "" : $" --blocks {candidate.Blocks}";
        string batch = andBatch ? $" --batch {candidate.Batch}" : "";
        return $"--method {candidate.Plan.Method.Name}{blocks}{batch} ({Words.Bytes(candidate.Cost.HeldBytes)})";
    }
}
