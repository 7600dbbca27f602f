using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Tensors;

namespace ManSharp.Layers.Modules;

/// <summary>y[n, o] = bias[o] + sum over i of x[n, i] w[i, o]. Uniform within 1 / sqrt(inputs), as torch.nn.Linear.</summary>
public sealed class Linear(int inputs, int outputs, bool bias = true) : Module
{
    private readonly Parameter weight = new(new Shape(inputs, outputs));
    private readonly Parameter? bias = bias ? new Parameter(new Shape(outputs)) : null;

    /// <summary>How the weights begin.</summary>
    public Initialization WeightStart { get; init; } = Initialization.UniformFanIn(inputs);

    /// <summary>How the bias begins.</summary>
    public Initialization BiasStart { get; init; } = Initialization.UniformFanIn(inputs);

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x) => tape.Linear(x, weight, bias);

    /// <inheritdoc/>
    public override void Declare(Declaration declaration)
    {
        declaration.Parameter("weight", weight, WeightStart);
        if (bias is not null)
            declaration.Parameter("bias", bias, BiasStart);
    }
}
