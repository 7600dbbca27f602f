using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Tensors;

namespace ManSharp.Layers.Modules;

/// <summary>y[n, o] = bias[o] + sum over i of x[n, i] w[i, o]. Uniform within 1 / sqrt(inputs), as torch.nn.Linear.</summary>
public sealed class Linear(int inputs, int outputs, bool bias = true) : Module
{
    private readonly Parameter weight = new(new Shape(inputs, outputs));
    private readonly Parameter? bias = bias ? new Parameter(new Shape(outputs)) : null;

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x) => tape.Linear(x, weight, bias);

    /// <inheritdoc/>
    public override void Declare(Declaration declaration)
    {
        declaration.Parameter("weight", weight, Initialization.UniformFanIn(inputs));
        if (bias is not null)
            declaration.Parameter("bias", bias, Initialization.UniformFanIn(inputs));
    }
}
