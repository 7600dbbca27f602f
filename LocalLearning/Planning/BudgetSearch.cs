using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Planning;

/// <summary>
/// What can be trained within a number of bytes. Every answer is a plan that ran on the dry device and stayed below;
/// where an answer is the greatest or the least of its kind, the next one ran too, and did not.
/// </summary>
/// <param name="plan">What is asked for; its partition does not matter.</param>
/// <param name="cut">How networks are cut, whatever the number of blocks.</param>
/// <param name="device">The device whose memory is predicted.</param>
/// <param name="budgetBytes">The bytes.</param>
public sealed class BudgetSearch(NetworkPlan plan, Cut cut, Device device, long budgetBytes)
{
    /// <summary>The fewest images of a step: batch norm wants two.</summary>
    public const int LeastBatch = 2;

    // Decorators of the methods that are compared, beside the one that is asked for.
    private static readonly IReadOnlyList<Decorator> compared = [Decorator.None, Decorator.All[0]];

    // Costs of blocks do not depend on how many there are: balanced cuts into other numbers use them again.
    private readonly Dictionary<(LocalMethod, int), BlockCosts> costs = [];

    /// <summary>The numbers of blocks that there can be; only one with an explicit cut, or end to end.</summary>
    public IReadOnlyList<int> BlockCounts => BlockCountsOf(plan.Method);

    /// <summary>Whether a cost stays within the budget.</summary>
    public bool Fits(Candidate candidate) => candidate.FitsInto(budgetBytes);

    /// <summary>The plan cut into K blocks, and its cost.</summary>
    /// <exception cref="ArgumentException">The network cannot be cut so.</exception>
    /// <exception cref="ShapeException">A tensor of this batch would have too many values.</exception>
    public Candidate Of(int? blocks, int batch) => Of(plan.Method, blocks, batch);

    /// <summary>
    /// The largest batch that fits with K blocks: doubled until it does not fit, then halved in. Null where not even
    /// <see cref="LeastBatch"/> fits.
    /// </summary>
    public Candidate? LargestBatch(int? blocks)
    {
        if (Fitting(LeastBatch) is not { } best)
            return null;
        int step = LeastBatch;
        while (best.Batch <= int.MaxValue - step && Fitting(best.Batch + step) is { } larger)
            (best, step) = (larger, larger.Batch);
        for (step /= 2; step > 0; step /= 2)
            if (Fitting(best.Batch + step) is { } larger)
                best = larger;
        return best;

        Candidate? Fitting(int batch) => TryOf(plan.Method, blocks, batch) is { } tried && Fits(tried) ? tried : null;
    }

    /// <summary>Whether a batch can be trained at all with K blocks: a tensor holds at most 2^31 - 1 values.</summary>
    public bool CanBe(int? blocks, int batch) => TryOf(plan.Method, blocks, batch) is not null;

    /// <summary>The fewest blocks, but at least so many, that fit with a batch. Null where none do.</summary>
    public Candidate? FewestBlocks(int batch, int least = 1) =>
        FewestBlocks(plan.Method, batch, least) is { } found && Fits(found) ? found : null;

    /// <summary>The number of blocks, at least so many, that takes the least memory with a batch, fit or not.</summary>
    public Candidate? Least(int batch, int least = 1) => BlockCounts.Where(blocks => blocks >= least)
        .Select(blocks => TryOf(plan.Method, blocks, batch)).OfType<Candidate>().MinBy(tried => tried.Cost.PeakBytes);

    /// <summary>
    /// Every method, with and without momentum, at a batch: with K blocks if that fits, else with the fewest that fit,
    /// else with those that take the least memory. The cheapest in arithmetic first. A local method has two blocks
    /// at least: with one it would be <c>bp</c>.
    /// </summary>
    /// <param name="blocks">K where it was chosen; else null.</param>
    /// <param name="batch">Images of a step.</param>
    public IReadOnlyList<Candidate> Methods(int? blocks, int batch)
    {
        var found = new List<Candidate>();
        foreach (LocalMethod method in ComparedMethods())
        {
            Candidate? candidate = blocks is > 1 && !method.EndToEnd ? TryOf(method, blocks, batch) : null;
            if (candidate is null || !Fits(candidate))
                candidate = FewestBlocks(method, batch, method.EndToEnd ? 1 : 2);
            if (candidate is not null)
                found.Add(candidate);
        }
        return [.. found.OrderBy(candidate => candidate.FlopsPerImage)];
    }

    // The one asked for with its own settings; others of its base with them too; all else as it comes.
    private List<LocalMethod> ComparedMethods()
    {
        LocalMethod asked = plan.Method;
        var methods = new List<LocalMethod> { asked };
        foreach (BaseMethod method in BaseMethod.All)
            foreach (Decorator decorator in compared)
            {
                bool same = method == asked.Base && decorator == asked.Decorator;
                if (same || (method.EndToEnd && decorator != Decorator.None))
                    continue;
                string name = decorator == Decorator.None ? method.Name : $"{method.Name}+{decorator.Name}";
                methods.Add(method == asked.Base
                    ? asked with { Name = name, Decorator = decorator }
                    : LocalMethod.Parse(name).At(asked.Fidelity) with { Segments = asked.Segments });
            }
        return methods;
    }

    // The first that fits, else the one that takes the least.
    private Candidate? FewestBlocks(LocalMethod method, int batch, int least)
    {
        Candidate? smallest = null;
        foreach (int blocks in BlockCountsOf(method).Where(blocks => blocks >= least))
        {
            if (TryOf(method, blocks, batch) is not { } tried)
                continue;
            if (Fits(tried))
                return tried;
            if (smallest is null || tried.Cost.PeakBytes < smallest.Cost.PeakBytes)
                smallest = tried;
        }
        return smallest;
    }

    private IReadOnlyList<int> BlockCountsOf(LocalMethod method)
    {
        if (method.EndToEnd)
            return [1];
        int units = plan.Network.Units.Count, stem = cut.HasStemBlock(method) ? 1 : 0;
        return cut.IsExplicit ? [cut.PartitionOf(plan.Network, method).Blocks] : [.. Enumerable.Range(1 + stem, units)];
    }

    // Null where the network cannot be cut so, or the batch is more than a tensor holds.
    private Candidate? TryOf(LocalMethod method, int? blocks, int batch)
    {
        try
        {
            return Of(method, blocks, batch);
        }
        catch (Exception exception) when (exception is ArgumentException or ShapeException)
        {
            return null;
        }
    }

    private Candidate Of(LocalMethod method, int? blocks, int batch)
    {
        NetworkPlan uncut = plan with { Method = method };
        Cut into = cut.IsExplicit ? cut : cut with { Blocks = blocks };
        NetworkPlan whole = into.Apply(uncut, () => CostsOf(uncut, batch));
        return new Candidate(whole, batch, StepCost.Predict(whole, batch, device));
    }

    private BlockCosts CostsOf(NetworkPlan uncut, int batch)
    {
        if (!costs.TryGetValue((uncut.Method, batch), out BlockCosts? known))
            costs.Add((uncut.Method, batch), known = new BlockCosts(uncut, cut.HasStemBlock(uncut.Method), batch));
        return known;
    }
}
