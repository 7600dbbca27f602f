using ManSharp.Layers.Modules;
using ManSharp.Layers.Training;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Blocks;

/// <summary>
/// A block's averaged copy of the next block's first unit: one flat buffer that no optimizer steps and no gradient
/// reaches. It follows the unit's parameters, EMA = m EMA + (1 - m) unit, in one pass; its running statistics are its own.
/// </summary>
public sealed class MomentumAverage : IDisposable
{
    private readonly Device device;
    private readonly ParameterBuffer parameters;
    private readonly float momentum;

    /// <summary>Memory for the copy; <see cref="CopyFrom"/> fills it.</summary>
    public MomentumAverage(Device device, string name, Module copy, float momentum)
    {
        this.device = device;
        this.momentum = momentum;
        var declaration = new Declaration();
        declaration.Child(name, copy);
        parameters = new ParameterBuffer(device, declaration);
    }

    /// <summary>The copy's parameters and statistics.</summary>
    public ParameterBuffer Parameters => parameters;

    /// <summary>EMA = m EMA + (1 - m) unit, where the unit's parameters are the first in its block's buffer.</summary>
    public void Absorb(ParameterBuffer block) =>
        device.Kernels.EmaUpdate(parameters.Values, block.Values.Slice(0, parameters.Values.Shape), momentum);

    /// <summary>Begins as the unit is: an exact copy of parameters and statistics.</summary>
    public void CopyFrom(ParameterBuffer block)
    {
        device.Kernels.Copy(parameters.Values, block.Values.Slice(0, parameters.Values.Shape));
        if (!parameters.Statistics.IsNone)
            device.Kernels.Copy(parameters.Statistics, block.Statistics.Slice(0, parameters.Statistics.Shape));
    }

    /// <summary>Returns the memory.</summary>
    public void Dispose() => parameters.Dispose();
}
