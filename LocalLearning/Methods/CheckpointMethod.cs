namespace ManSharp.LocalLearning.Methods;

/// <summary>
/// End-to-end training that keeps only what passes between segments of the network, and runs each segment but the last
/// again in the backward pass: the gradients of <c>bp</c> bit by bit, for about a third more arithmetic.
/// <b>Source</b>: Chen et al. 2016, training with sublinear memory.
/// </summary>
public sealed class CheckpointMethod : BaseMethod
{
    /// <inheritdoc/>
    public override string Name => "checkpoint";

    /// <inheritdoc/>
    public override string Summary => "end to end, segments recomputed in the backward pass";

    /// <inheritdoc/>
    public override bool EndToEnd => true;

    /// <summary>The number asked for, else sqrt(units), but at most one segment a unit.</summary>
    public override int Segments(LocalMethod method, int units) =>
        Math.Clamp(method.Segments ?? (int)Math.Round(Math.Sqrt(units)), 1, Math.Max(units, 1));

    /// <inheritdoc/>
    public override Auxiliary Build(AuxiliarySite site) =>
        throw new ArgumentException($"Method {Name}: one block was expected. Got {site.Plan.Partition.Blocks}. Use --blocks 1.");
}
