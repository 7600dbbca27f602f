namespace ManSharp.LocalLearning.Methods;

/// <summary>The loss by which a block's auxiliary classifier learns the labels.</summary>
public enum LabelLoss
{
    /// <summary>Softmax and cross entropy over the classes.</summary>
    CrossEntropy,

    /// <summary>Supervised contrastive over normalized features.</summary>
    Contrastive,
}

/// <summary>
/// A method as data: what a block's auxiliary is made of and which losses it takes. Momentum is a decorator: before the
/// base method's auxiliary, features pass a learnable copy and an averaged copy of the next block's first unit.
/// </summary>
/// <param name="Name">What a person calls it.</param>
/// <param name="Head">The auxiliary classifier, NcMf.</param>
/// <param name="LabelLoss">What the head learns by.</param>
/// <param name="Weights">Of the losses; where none reconstructs, there is no decoder.</param>
/// <param name="Average">Whether features pass the averaged copy.</param>
/// <param name="Bias">Whether features pass the learnable copy.</param>
/// <param name="AverageMomentum">m in EMA = m EMA + (1 - m) next unit.</param>
/// <param name="Widen">Multiplies the widths of the head.</param>
/// <param name="Feature">Outputs of the head's hidden linear layers.</param>
public sealed record LocalMethod(
    string Name, string Head, LabelLoss LabelLoss, LossWeights Weights, bool Average, bool Bias,
    float AverageMomentum = LocalMethod.PaperMomentum, float Widen = 1, int Feature = 128)
{
    /// <summary>The paper's m.</summary>
    public const float PaperMomentum = 0.995f;

    /// <summary>The names that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = ["bp", "infopro", "man", "infopro+man", "infopro+ema", "infopro+bias"];

    /// <summary>Whether the network is trained end to end, as one block.</summary>
    public bool EndToEnd => Name == "bp";

    /// <summary>The published weights of MAN as the reference in effect trains with them; for long schedules.</summary>
    public static LossWeights PaperWeights { get; } = new(5, 4, 0.5f, 0.4f);

    /// <summary>
    /// The weights this program trains with unless told otherwise: labels alone, so no decoder. In short runs a
    /// reconstruction costs accuracy, time and memory: 5.4 points at 0.1 in two epochs of the embedded data set
    /// (ResNet-20, 5 blocks: 96.0 % against 90.6 %).
    /// </summary>
    public static LossWeights DefaultWeights { get; } = new(0, 0, 1, 1);

    /// <summary>The method of a name given by a person.</summary>
    /// <exception cref="ArgumentException">There is no method of that name.</exception>
    public static LocalMethod Parse(string name) => name switch
    {
        "bp" => Base(name, average: false, bias: false),
        "infopro" => Base(name, average: false, bias: false),
        "man" or "infopro+man" => Base(name, average: true, bias: true),
        "infopro+ema" => Base(name, average: true, bias: false),
        "infopro+bias" => Base(name, average: false, bias: true),
        _ => throw new ArgumentException($"Method: one of {string.Join(", ", Names)} was expected. Got '{name}'."),
    };

    private static LocalMethod Base(string name, bool average, bool bias) =>
        new(name, "1c2f", LabelLoss.CrossEntropy, DefaultWeights, average, bias);
}
