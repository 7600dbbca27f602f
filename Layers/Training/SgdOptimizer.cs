using ManSharp.Tensors;

namespace ManSharp.Layers.Training;

/// <summary>The constants of stochastic gradient descent.</summary>
/// <param name="Momentum">The velocity's decay, 0 to below 1.</param>
/// <param name="WeightDecay">Added to the gradient as this times the value, for every parameter.</param>
/// <param name="Nesterov">Whether the step looks ahead along the velocity.</param>
public sealed record SgdOptions(float Momentum = 0.9f, float WeightDecay = 1e-4f, bool Nesterov = true);

/// <summary>
/// g = gradient + decay w; v = momentum v + g; w = w - rate (g + momentum v): one pass over a flat buffer.
/// <b>Source</b>: Sutskever et al. 2013, in the form of torch.optim.SGD.
/// </summary>
public sealed class SgdOptimizer : IDisposable
{
    private readonly Device device;
    private readonly ParameterBuffer parameters;
    private readonly SgdOptions options;

    /// <summary>An optimizer with a velocity of zero.</summary>
    public SgdOptimizer(Device device, ParameterBuffer parameters, SgdOptions options)
    {
        (this.device, this.parameters, this.options) = (device, parameters, options);
        Velocity = device.Rent(parameters.Values.Shape);
        device.Kernels.Fill(Velocity, 0);
    }

    /// <summary>The velocity, laid out as the parameters.</summary>
    public Tensor Velocity { get; }

    /// <summary>Steps along this step's gradients, which are used up: their memory goes back to the pool.</summary>
    public void Step(float rate)
    {
        parameters.CompleteGradients();
        device.Kernels.SgdStep(
            parameters.Values, Velocity, parameters.Gradients, rate, options.Momentum, options.WeightDecay, options.Nesterov);
        parameters.EndGradients();
    }

    /// <summary>Returns the velocity's memory.</summary>
    public void Dispose() => Velocity.Release();
}
