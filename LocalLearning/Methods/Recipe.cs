namespace ManSharp.LocalLearning.Methods;

/// <summary>Settings of a published experiment under a name; explicit options win over them.</summary>
public sealed record Recipe
{
    /// <summary>data-network-method-kK.</summary>
    public required string Name { get; init; }

    /// <summary>The data set that it is meant for, in words; a person says where it lies.</summary>
    public required string Data { get; init; }

    /// <summary>The network.</summary>
    public required string Network { get; init; }

    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>K, as the papers count it.</summary>
    public required int Blocks { get; init; }

    /// <summary>The auxiliary classifier, or null for the method's own.</summary>
    public string? Head { get; init; }

    /// <summary>What the head learns by.</summary>
    public LabelLoss LabelLoss { get; init; }

    /// <summary>l1 and l2 of the first and of the last local block.</summary>
    public LossWeights? Weights { get; init; }

    /// <summary>Images of a step.</summary>
    public int Batch { get; init; }

    /// <summary>The greatest learning rate.</summary>
    public float LearningRate { get; init; }

    /// <summary>Passes over the training images.</summary>
    public int Epochs { get; init; }

    /// <summary>Pixels of the border that random crops are taken from.</summary>
    public int CropPadding { get; init; }

    /// <summary>Whether every second image is mirrored.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>Height and width that images are brought to; null for as they are.</summary>
    public int? Size { get; init; }

    /// <summary>Outputs of the classifiers in the reference code, where they are not the classes of the data.</summary>
    public int? ReferenceClasses { get; init; }

    /// <summary>Where the numbers are from.</summary>
    public required string Source { get; init; }
}
