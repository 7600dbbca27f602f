using ManSharp.Layers.Modules;

namespace ManSharp.Layers.Networks;

/// <summary>
/// The unit of two 3x3 convolutions; the shortcut is a 1x1 convolution with batch norm where the shape changes.
/// <b>Source</b>: He et al. 2016, figure 5 left.
/// </summary>
/// <inheritdoc/>
public sealed record BasicUnitSpec(int Stage, int Index, int Inputs, int Outputs, int Stride)
    : UnitSpec(Stage, Index, Inputs, Outputs, Stride)
{
    /// <inheritdoc/>
    public override Module Build() => new BasicUnit(Inputs, Outputs, Stride);
}
