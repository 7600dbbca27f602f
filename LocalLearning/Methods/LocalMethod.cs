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
/// A method by composition: a base that says what auxiliaries and losses are, a decorator, and the numbers of both.
/// </summary>
public sealed record LocalMethod
{
    /// <summary>The paper's m.</summary>
    public const float PaperMomentum = 0.995f;

    /// <summary>m of the reference code unless given: the average never moves.</summary>
    public const float ReferenceMomentum = 1;

    private const string ReferenceHead = "2c2f";

    // Short names.
    private static readonly Dictionary<string, string> aliases = new() { ["man"] = "infopro+man", ["man++"] = "infopro+man++" };

    /// <summary>What <see cref="Parse"/> understands, in a line.</summary>
    public static string Syntax { get; } =
        $"{string.Join(", ", BaseMethod.All.Select(method => method.Name))}; behind each but "
        + $"{string.Join(" and ", BaseMethod.All.Where(method => method.EndToEnd).Select(method => method.Name))} one of "
        + $"{string.Join(", ", Decorator.All.Select(decorator => $"+{decorator.Name}"))}; "
        + string.Join(", ", aliases.Select(alias => $"{alias.Key} is {alias.Value}"));

    /// <summary>The names that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. BaseMethod.All.SelectMany(method => Decorator.All
            .Where(_ => !method.EndToEnd).Select(decorator => $"{method.Name}+{decorator.Name}").Prepend(method.Name)),
        .. aliases.Keys,
    ];

    /// <summary>What a person calls it.</summary>
    public required string Name { get; init; }

    /// <summary>What auxiliaries are made of, and their losses.</summary>
    public required BaseMethod Base { get; init; }

    /// <summary>What features pass before them.</summary>
    public Decorator Decorator { get; init; } = Decorator.None;

    /// <summary>The auxiliary classifier NcMf where a person chose one; null for the base method's own.</summary>
    public string? Head { get; init; }

    /// <summary>What the head learns by.</summary>
    public LabelLoss LabelLoss { get; init; }

    /// <summary>Of the losses; where none reconstructs, there is no decoder.</summary>
    public LossWeights Weights { get; init; } = LossWeights.Default;

    /// <summary>m in EMA = m EMA + (1 - m) next unit.</summary>
    public float AverageMomentum { get; init; } = PaperMomentum;

    /// <summary>Multiplies the widths of the head.</summary>
    public float Widen { get; init; } = 1;

    /// <summary>Outputs of the head's hidden linear layers.</summary>
    public int Feature { get; init; } = 128;

    /// <summary>Layers of the first block's auxiliary where they are copied from the network (auglocal).</summary>
    public int AuxiliaryDepth { get; init; } = AugLocalMethod.DefaultDepth;

    /// <summary>Segments of which all but the last are run again in the backward pass (checkpoint); null for sqrt(units).</summary>
    public int? Segments { get; init; }

    /// <summary>Which of the published method and the published code is followed where they differ.</summary>
    public Fidelity Fidelity { get; private init; }

    /// <summary>The auxiliary classifier: the chosen one, or the base method's own at this fidelity.</summary>
    public string? HeadName => Head ?? (Base.Head is { } own && Base.Weighs && Fidelity == Fidelity.Reference ? ReferenceHead : Base.Head);

    /// <summary>Whether features pass the averaged copy.</summary>
    public bool Average => Decorator.Average;

    /// <summary>Whether features pass the learnable copy.</summary>
    public bool Bias => Decorator.Bias;

    /// <summary>Whether the network is trained end to end, as one block.</summary>
    public bool EndToEnd => Base.EndToEnd;

    /// <summary>Whether decoders read the images' pixels.</summary>
    public bool ReadsPixels => Base.ReadsPixels(this);

    /// <summary>The method of a name given by a person.</summary>
    /// <exception cref="ArgumentException">There is no method of that name.</exception>
    public static LocalMethod Parse(string name)
    {
        string[] parts = aliases.GetValueOrDefault(name, name).Split('+', 2);
        BaseMethod? method = BaseMethod.All.FirstOrDefault(method => method.Name == parts[0]);
        Decorator? decorator = parts.Length == 1
            ? Decorator.None
            : Decorator.All.FirstOrDefault(decorator => decorator.Name == parts[1]);
        if (method is null || decorator is null || (method.EndToEnd && decorator != Decorator.None))
            throw new ArgumentException($"Method: one of {Syntax}, was expected. Got '{name}'.");
        return new LocalMethod { Name = name, Base = method, Decorator = decorator };
    }

    /// <summary>The same method at a fidelity, with that fidelity's defaults for all that can be chosen.</summary>
    public LocalMethod At(Fidelity fidelity) => fidelity == Fidelity.Reference
        ? this with { Fidelity = fidelity, Weights = LossWeights.Reference, AverageMomentum = ReferenceMomentum }
        : this with { Fidelity = fidelity, Weights = LossWeights.Default, AverageMomentum = PaperMomentum };
}
