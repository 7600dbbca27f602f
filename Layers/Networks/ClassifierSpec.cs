using ManSharp.Layers.Modules;

namespace ManSharp.Layers.Networks;

/// <summary>The last layers as data: from the last unit's features to logits.</summary>
public abstract record ClassifierSpec
{
    /// <summary>Makes a classifier with parameters of its own.</summary>
    /// <param name="features">Channels of the features.</param>
    /// <param name="size">Their height and width.</param>
    /// <param name="classes">Classes to tell apart.</param>
    public abstract Module Build(int features, int size, int classes);

    /// <summary>How files call one of its tensors, given the name fc.NAME.</summary>
    public virtual string FileName(string name) => name;
}

/// <summary>Global average pool and one linear layer, named fc.</summary>
public sealed record PooledClassifierSpec : ClassifierSpec
{
    /// <inheritdoc/>
    public override Module Build(int features, int size, int classes) => new Classifier(features, classes);
}

/// <summary>
/// VGG's classifier, named classifier: where the features are 7x7 (images of 224x224) two hidden layers of 4096 with
/// dropout, as published; for other sizes a global average pool and one linear layer.
/// </summary>
public sealed record VggClassifierSpec : ClassifierSpec
{
    /// <inheritdoc/>
    public override Module Build(int features, int size, int classes) =>
        size == VggClassifier.Size ? new VggClassifier(features, classes) : new Classifier(features, classes);

    /// <inheritdoc/>
    public override string FileName(string name) => $"classifier{name.AsSpan("fc".Length)}";
}
