using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Layers.Modules;

namespace ManSharp.LocalLearning.Methods;

/// <summary>
/// loss = l1 BCE(Decoder(h), pixels) + l2 LabelLoss(Head(h), labels). <b>Source</b>: InfoPro, Wang et al. 2021.
/// </summary>
public sealed class InfoProMethod : BaseMethod
{
    /// <inheritdoc/>
    public override string Name => "infopro";

    /// <inheritdoc/>
    public override string Summary => "a decoder and a classifier for each block";

    /// <inheritdoc/>
    public override string Head => "1c2f";

    /// <inheritdoc/>
    public override bool Weighs => true;

    /// <inheritdoc/>
    public override bool ReadsPixels(LocalMethod method) => method.Weights.Reconstructs;

    /// <inheritdoc/>
    public override Auxiliary Build(AuxiliarySite site)
    {
        (float reconstruction, float label) = site.Weights;
        return new InfoProAuxiliary(
            BuildDecoder(site), BuildHead(site, publishedForLargeImages: true), site.Method.LabelLoss, reconstruction, label);
    }

    /// <summary>The head that the plan wants, else the method's, else the published one for the size of the images.</summary>
    internal static Module BuildHead(AuxiliarySite site, bool publishedForLargeImages)
    {
        LocalMethod method = site.Method;
        int outputs = method.LabelLoss == LabelLoss.Contrastive ? method.Feature : site.Classes;
        if (site.Plan.Heads is { } choose)
            return new Head(choose(site.Block, site.Channels, outputs), site.Channels);
        if (publishedForLargeImages && site.Network.LargeImages && method.Head is null)
            return new LargeImageHead(site.Channels, outputs);
        return new Head(
            HeadSpec.Parse(method.HeadName!, site.Channels, outputs, method.Widen, method.Feature), site.Channels);
    }

    private static Module? BuildDecoder(AuxiliarySite site)
    {
        int hidden = site.Plan.DecoderHidden?.Invoke(site.Block)
            ?? (site.Method.Weights.Reconstructs ? Decoder.PublishedHidden : 0);
        if (hidden == 0)
            return null;
        return site.Network.LargeImages
            ? new LargeImageDecoder(site.Channels, site.Size, site.ImageSize)
            : new Decoder(site.Channels, site.ImageSize, hidden);
    }
}

/// <summary>A decoder, which may be absent, and a classifier; see <see cref="InfoProMethod"/>.</summary>
internal sealed class InfoProAuxiliary(
    Module? decoder, Module head, LabelLoss labelLoss, float reconstructionWeight, float labelWeight) : Auxiliary
{
    /// <inheritdoc/>
    public override BlockLosses Evaluate(Tape tape, Variable features, TrainingInput input)
    {
        Variable outputs = head.Forward(tape, features);
        bool contrastive = labelLoss == LabelLoss.Contrastive;
        Variable label = contrastive
            ? tape.SupervisedContrastive(outputs, input.Labels)
            : tape.SoftmaxCrossEntropy(outputs, input.Labels);
        Variable logits = contrastive ? Variable.None : outputs;
        if (decoder is null)
            return new BlockLosses(tape.Scale(label, labelWeight), label, Variable.None, logits);
        Variable reconstruction = tape.BinaryCrossEntropy(decoder.Forward(tape, features), input.Pixels);
        Variable total = tape.WeightedSum(reconstruction, reconstructionWeight, label, labelWeight);
        return new BlockLosses(total, label, reconstruction, logits);
    }

    /// <inheritdoc/>
    public override void Declare(Declaration declaration, string block)
    {
        if (decoder is not null)
            declaration.Child($"decoders.{block}", decoder);
        declaration.Child($"heads.{block}", head);
    }
}
