using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Planning;

namespace ManSharp.LocalLearning.Blocks;

/// <summary>How a person wants a network cut: into how many blocks, by which rule.</summary>
/// <param name="Blocks">K, the stem's block included; null for the rule's own number, or every unit.</param>
/// <param name="Rule">published (else even), even, balanced, or the last unit of each block such as 1.2,2.1,3.0.</param>
/// <param name="StemBlock">Whether the stem is a block of its own; null for what the method does.</param>
public sealed record Cut(int? Blocks = null, string Rule = Cut.Published, bool? StemBlock = null)
{
    /// <summary>The papers' cuts where there is one, else even.</summary>
    public const string Published = "published";

    /// <summary>Numbers of units that differ by at most one.</summary>
    public const string Even = "even";

    /// <summary>The greatest block's memory as small as it can be.</summary>
    public const string Balanced = "balanced";

    /// <summary>Whether the cut needs the whole plan and the batch, not the network alone.</summary>
    public bool NeedsPlan => Rule == Balanced;

    /// <summary>Whether the rule itself says where the blocks end.</summary>
    public bool IsExplicit => Rule is not (Published or Even or Balanced);

    /// <summary>The plan with its network cut.</summary>
    /// <param name="plan">Its partition does not matter.</param>
    /// <param name="batch">Images of a step.</param>
    /// <exception cref="ArgumentException">The network cannot be cut so.</exception>
    public NetworkPlan Apply(NetworkPlan plan, int batch) =>
        Apply(plan, () => new BlockCosts(plan, HasStemBlock(plan.Method), batch));

    /// <summary>The same, where costs of blocks of this plan and batch may be known already.</summary>
    internal NetworkPlan Apply(NetworkPlan plan, Func<BlockCosts> costs)
    {
        Partition partition = PartitionOf(plan.Network, plan.Method);
        bool balances = NeedsPlan && !plan.Method.EndToEnd;
        return plan with
        {
            Partition = balances ? BalancedCut.Find(plan.Network, partition, costs()) : partition,
        };
    }

    /// <summary>The cut of a network where no plan is needed; a balanced one is checked, and cut evenly.</summary>
    /// <exception cref="ArgumentException">The network cannot be cut so.</exception>
    public Partition PartitionOf(NetworkSpec network, LocalMethod method)
    {
        if (method.EndToEnd)
            return Partition.For(network, 1);
        bool stem = HasStemBlock(method);
        Partition partition = IsExplicit ? Partition.Parse(network, Rule)
            : Rule == Published ? Partition.For(network, UnitBlocks(network, stem))
            : Partition.Even(network, UnitBlocks(network, stem));
        if (stem)
            partition = partition.WithStemBlock();
        return !IsExplicit || Blocks is null || Blocks == partition.Blocks || Blocks == partition.NamedBlocks
            ? partition
            : throw new ArgumentException(
                $"Blocks: the {partition.Blocks} of --cut {Rule} were expected. Got {Blocks}. Leave --blocks out.");
    }

    // Blocks of units, without the stem's.
    private int UnitBlocks(NetworkSpec network, bool stem)
    {
        if (Blocks is not { } blocks)
            return network.Units.Count;
        return !stem ? blocks : blocks >= 2 ? blocks - 1 : throw new ArgumentException(
            $"Blocks: 2 to {network.Units.Count + 1} were expected, for the stem of {network.Name} is a block of its own. Got {blocks}.");
    }

    /// <summary>Whether the stem is a block of its own.</summary>
    public bool HasStemBlock(LocalMethod method) => StemBlock ?? method.Decorator.Mixes;
}
