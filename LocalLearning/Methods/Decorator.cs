namespace ManSharp.LocalLearning.Methods;

/// <summary>
/// What features pass before a base method's auxiliary: copies of the next block's first unit, one averaged (EMA), one
/// learnable (LB). <b>Source</b>: arXiv 2407.05623, with the ablations of its table; man++: arXiv 2507.16279.
/// </summary>
/// <param name="Name">Behind the base method's name and a plus.</param>
/// <param name="Average">Whether there is EMA(x).</param>
/// <param name="Bias">Whether there is LB(x).</param>
/// <param name="Mixes">Whether the copies are added as s LB(x) + (2 - s) EMA(x), s learned, and the stem is a block.</param>
public sealed record Decorator(string Name, bool Average, bool Bias, bool Mixes)
{
    /// <summary>Features go to the auxiliary as they are.</summary>
    public static Decorator None { get; } = new("", false, false, false);

    /// <summary>Every decorator.</summary>
    public static IReadOnlyList<Decorator> All { get; } =
    [
        new("man", true, true, false), new("ema", true, false, false), new("bias", false, true, false),
        new("man++", true, true, true),
    ];
}
