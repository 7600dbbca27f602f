using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Tensors;

namespace ManSharp.Layers.Modules;

/// <summary>
/// y[n, p, q, k] = bias[k] + sum over r, s, c of x[n, p*stride + r - padding, q*stride + s - padding, c] w[r, s, c, k].
/// <b>Shapes</b>: x [N, H, W, inputs], y [N, P, Q, outputs]. He-normal weights (fan-out); the bias as torch.nn.Conv2d's.
/// </summary>
public sealed class Conv2d(int inputs, int outputs, int kernel, int stride = 1, int padding = 0, bool bias = false) : Module
{
    private readonly Parameter weight = new(new Shape(kernel, kernel, inputs, outputs));
    private readonly Parameter? bias = bias ? new Parameter(new Shape(outputs)) : null;

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x) => tape.Conv2d(x, weight, bias, stride, padding);

    /// <summary>The same of x resized bilinearly to height x width, without making the resized image where that pays.</summary>
    public Variable ForwardResized(Tape tape, Variable x, int height, int width) =>
        tape.ResizedConv2d(x, weight, bias, height, width);

    /// <inheritdoc/>
    public override void Declare(Declaration declaration)
    {
        declaration.Parameter("weight", weight, Initialization.HeNormal(outputs * kernel * kernel));
        if (bias is not null)
            declaration.Parameter("bias", bias, Initialization.UniformFanIn(inputs * kernel * kernel));
    }
}
