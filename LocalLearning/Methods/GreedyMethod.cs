namespace ManSharp.LocalLearning.Methods;

/// <summary>
/// loss = LabelLoss(Head(h), labels): each block learns the labels through a head of its own, by default 0c1f (global
/// average pool, linear). <b>Source</b>: greedy training as the baseline of Wang et al. 2021.
/// </summary>
public sealed class GreedyMethod : BaseMethod
{
    /// <inheritdoc/>
    public override string Name => "greedy";

    /// <inheritdoc/>
    public override string Summary => "a linear classifier for each block";

    /// <inheritdoc/>
    public override string Head => "0c1f";

    /// <inheritdoc/>
    public override Auxiliary Build(AuxiliarySite site) =>
        new InfoProAuxiliary(null, InfoProMethod.BuildHead(site, publishedForLargeImages: false), site.Method.LabelLoss, 0, 1);
}
