using ManSharp.Tensors;

namespace ManSharp.Autograd;

/// <summary>A tensor that training gathers and evaluation reads, but no gradient reaches: running mean or variance.</summary>
public sealed class RunningStatistic
{
    private Tensor value;

    /// <summary>A statistic of this shape, without memory until <see cref="Bind"/>.</summary>
    public RunningStatistic(Shape shape) => Shape = shape;

    /// <summary>The lengths of the dimensions.</summary>
    public Shape Shape { get; }

    /// <summary>The values.</summary>
    /// <exception cref="TapeException">The statistic was not given memory.</exception>
    public Tensor Value => value.IsNone
        ? throw new TapeException($"RunningStatistic: memory was expected. Got an unbound one {Shape}. Put its module into a parameter buffer.")
        : value;

    /// <summary>Gives the statistic its place in a flat buffer.</summary>
    public void Bind(Tensor memory) => value = memory.Reshape(Shape);
}
