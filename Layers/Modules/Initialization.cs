using ManSharp.Tensors;

namespace ManSharp.Layers.Modules;

/// <summary>How a parameter's values begin.</summary>
public readonly record struct Initialization
{
    private readonly Kind kind;
    private readonly float scale;

    private Initialization(Kind kind, float scale) => (this.kind, this.scale) = (kind, scale);

    private enum Kind
    {
        Constant,
        Normal,
        Uniform,
    }

    /// <summary>Every value the same.</summary>
    public static Initialization Constant(float value) => new(Kind.Constant, value);

    /// <summary>
    /// Normal with mean 0 and deviation sqrt(2 / fanOut), fanOut = output channels times pixels of the kernel.
    /// <b>Source</b>: He et al. 2015, the form that keeps the variance of gradients.
    /// </summary>
    public static Initialization HeNormal(int fanOut) => new(Kind.Normal, MathF.Sqrt(2f / fanOut));

    /// <summary>Normal with mean 0.</summary>
    public static Initialization Normal(float deviation) => new(Kind.Normal, deviation);

    /// <summary>Uniform between -1 / sqrt(fanIn) and 1 / sqrt(fanIn). <b>Source</b>: what torch.nn.Linear begins with.</summary>
    public static Initialization UniformFanIn(int fanIn) => new(Kind.Uniform, 1f / MathF.Sqrt(fanIn));

    /// <summary>Writes the values; they depend on the generator's seed alone.</summary>
    public void Fill(Span<float> values, CounterRandom random)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = kind switch
            {
                Kind.Constant => scale,
                Kind.Normal => scale * random.NextNormal(),
                _ => random.NextSingle(-scale, scale),
            };
    }
}
