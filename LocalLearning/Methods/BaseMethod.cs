namespace ManSharp.LocalLearning.Methods;

/// <summary>
/// A base method: which auxiliary network a block gets beside itself, and by which losses both learn. One class in one file
/// of this folder, and one word in <see cref="All"/>; momentum is a decorator that all of them can have.
/// </summary>
public abstract class BaseMethod
{
    /// <summary>Every base method.</summary>
    public static IReadOnlyList<BaseMethod> All { get; } =
    [
        new BackpropagationMethod(), new CheckpointMethod(), new GreedyMethod(), new DglMethod(), new PredSimMethod(),
        new InfoProMethod(), new AugLocalMethod(),
    ];

    /// <summary>What a person calls it.</summary>
    public abstract string Name { get; }

    /// <summary>The method in a few words.</summary>
    public abstract string Summary { get; }

    /// <summary>Whether the network is trained end to end, as one block.</summary>
    public virtual bool EndToEnd => false;

    /// <summary>Its auxiliary classifier NcMf, where it has one that can be chosen; else null.</summary>
    public virtual string? Head => null;

    /// <summary>Whether its losses are weighed by <see cref="LocalMethod.Weights"/>.</summary>
    public virtual bool Weighs => false;

    /// <summary>Whether decoders read the images' pixels.</summary>
    public virtual bool ReadsPixels(LocalMethod method) => false;

    /// <summary>In how many segments the backward pass runs a block of that many units again; 1 for not at all.</summary>
    public virtual int Segments(LocalMethod method, int units) => 1;

    /// <summary>Makes the auxiliary network of one block.</summary>
    public abstract Auxiliary Build(AuxiliarySite site);
}
