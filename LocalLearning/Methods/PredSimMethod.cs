using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Layers.Modules;
using ManSharp.Layers.Networks;

namespace ManSharp.LocalLearning.Methods;

/// <summary>
/// loss = (1 - b) CE(linear(avgpool(h)), labels) + b MSE(S(conv3x3(h)), S(onehot(labels))), b = 0.99: the label is
/// predicted, and images of one class are made alike; S are cosine similarities (<see cref="SimilarityOps"/>).
/// <b>Source</b>: Nokland and Eidnes 2019.
/// </summary>
public sealed class PredSimMethod : BaseMethod
{
    /// <summary>b.</summary>
    public const float SimilarityShare = 0.99f;

    /// <inheritdoc/>
    public override string Name => "predsim";

    /// <inheritdoc/>
    public override string Summary => "a linear classifier and a similarity matching loss for each block";

    /// <inheritdoc/>
    public override Auxiliary Build(AuxiliarySite site) => new PredSimAuxiliary(site.Channels, site.Classes);
}

/// <summary>The auxiliary networks of <see cref="PredSimMethod"/>.</summary>
internal sealed class PredSimAuxiliary(int channels, int classes) : Auxiliary
{
    private readonly Classifier classifier = new(channels, classes);
    private readonly Conv2d similarity = new(channels, channels, 3, 1, 1);

    /// <inheritdoc/>
    public override BlockLosses Evaluate(Tape tape, Variable features, TrainingInput input)
    {
        Variable logits = classifier.Forward(tape, features);
        Variable label = tape.SoftmaxCrossEntropy(logits, input.Labels);
        Variable match = tape.SimilarityMatching(
            tape.SimilarityFeatures(similarity.Forward(tape, features)), input.Labels, classes);
        Variable total = tape.WeightedSum(
            label, 1 - PredSimMethod.SimilarityShare, match, PredSimMethod.SimilarityShare);
        return new BlockLosses(total, label, Variable.None, logits);
    }

    /// <inheritdoc/>
    public override void Declare(Declaration declaration, string block)
    {
        declaration.Child($"heads.{block}.fc", classifier);
        declaration.Child($"heads.{block}.similarity", similarity);
    }
}
