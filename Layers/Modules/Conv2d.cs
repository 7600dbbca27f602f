using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Tensors;

namespace ManSharp.Layers.Modules;

/// <summary>
/// y[n, p, q, k] = bias[k] + sum over r, s, c of x[n, p*stride + r - padding, q*stride + s - padding, c] w[r, s, c, k],
/// c over the channels of k's group. <b>Shapes</b>: x [N, H, W, inputs], y [N, P, Q, outputs]. He-normal weights
/// (fan-out); the bias as torch.nn.Conv2d's.
/// </summary>
public sealed class Conv2d(
    int inputs, int outputs, int kernel, int stride = 1, int padding = 0, bool bias = false, int groups = 1) : Module
{
    private readonly Parameter weight = new(new Shape(kernel, kernel, inputs / groups, outputs));
    private readonly Parameter? bias = bias ? new Parameter(new Shape(outputs)) : null;

    /// <summary>How the weights begin.</summary>
    public Initialization WeightStart { get; init; } = Initialization.HeNormal(outputs * kernel * kernel);

    /// <summary>How the bias begins.</summary>
    public Initialization BiasStart { get; init; } = Initialization.UniformFanIn(inputs / groups * kernel * kernel);

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x) => tape.Conv2d(x, weight, bias, stride, padding, groups);

    /// <summary>The same of x resized bilinearly to height x width, without making the resized image where that pays.</summary>
    public Variable ForwardResized(Tape tape, Variable x, int height, int width) =>
        tape.ResizedConv2d(x, weight, bias, height, width);

    /// <inheritdoc/>
    public override void Declare(Declaration declaration)
    {
        declaration.Parameter("weight", weight, WeightStart);
        if (bias is not null)
            declaration.Parameter("bias", bias, BiasStart);
    }
}
