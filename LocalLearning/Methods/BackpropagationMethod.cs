namespace ManSharp.LocalLearning.Methods;

/// <summary>End-to-end training of the whole network as one block: the rival.</summary>
public sealed class BackpropagationMethod : BaseMethod
{
    /// <inheritdoc/>
    public override string Name => "bp";

    /// <inheritdoc/>
    public override string Summary => "end to end";

    /// <inheritdoc/>
    public override bool EndToEnd => true;

    /// <inheritdoc/>
    public override Auxiliary Build(AuxiliarySite site) =>
        throw new ArgumentException($"Method {Name}: one block was expected. Got {site.Plan.Partition.Blocks}. Use --blocks 1.");
}
