using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Autograd;

/// <summary>
/// A learned tensor. Its value and, during a step, its gradient are slices of its owner's flat buffers; a frozen
/// parameter (a momentum copy) has a value only, and gradients flow through its operation to the input alone.
/// </summary>
public sealed class Parameter
{
    private Tensor value;
    private Tensor gradient;

    /// <summary>A parameter of this shape, without memory until <see cref="Bind"/>.</summary>
    public Parameter(Shape shape) => Shape = shape;

    /// <summary>The lengths of the dimensions.</summary>
    public Shape Shape { get; }

    /// <summary>The values.</summary>
    /// <exception cref="TapeException">The parameter was not given memory.</exception>
    public Tensor Value => value.IsNone
        ? throw new TapeException($"Parameter: memory was expected. Got an unbound parameter {Shape}. Put its module into a parameter buffer.")
        : value;

    /// <summary>Whether a gradient is wanted: between <see cref="BeginGradient"/> and <see cref="EndGradient"/>.</summary>
    public bool Trains => !gradient.IsNone;

    /// <summary>Whether something was written to the gradient since <see cref="BeginGradient"/>.</summary>
    public bool GradientWritten { get; private set; }

    /// <summary>The gradient; <see cref="Tensor.None"/> outside a step.</summary>
    public Tensor Gradient => gradient;

    /// <summary>Gives the parameter its place in a flat buffer.</summary>
    public void Bind(Tensor memory) => value = memory.Reshape(Shape);

    /// <summary>Gives the gradient its place; its first writer sets it.</summary>
    public void BeginGradient(Tensor memory)
    {
        gradient = memory.Reshape(Shape);
        GradientWritten = false;
    }

    /// <summary>The gradient's memory is about to go.</summary>
    public void EndGradient() => gradient = Tensor.None;

    /// <summary>The gradient as a destination, and whether its writer sets or adds.</summary>
    internal Tensor GradientFor(out Write write)
    {
        write = GradientWritten ? Write.Add : Write.Set;
        GradientWritten = true;
        return gradient;
    }
}
