using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Tensors;

namespace ManSharp.Layers.Modules;

/// <summary>
/// y = act(gamma (x - mean) / sqrt(variance + 1e-5) + beta + residual) over all pixels of the batch; act is ReLU or
/// nothing. Running statistics with momentum 0.1; gamma begins at 1, beta at 0.
/// </summary>
public sealed class BatchNorm(int channels, bool relu) : Module
{
    private readonly Parameter gamma = new(new Shape(channels));
    private readonly Parameter beta = new(new Shape(channels));
    private readonly RunningStatistic mean = new(new Shape(channels));
    private readonly RunningStatistic variance = new(new Shape(channels));

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x) => Forward(tape, x, Variable.None);

    /// <summary>The same with a residual added before the activation.</summary>
    public Variable Forward(Tape tape, Variable x, Variable residual) =>
        tape.BatchNorm(x, gamma, beta, mean, variance, residual, relu);

    /// <inheritdoc/>
    public override void Declare(Declaration declaration)
    {
        declaration.Parameter("weight", gamma, Initialization.Constant(1));
        declaration.Parameter("bias", beta, Initialization.Constant(0));
        declaration.Statistic("running_mean", mean, 0);
        declaration.Statistic("running_var", variance, 1);
    }
}
