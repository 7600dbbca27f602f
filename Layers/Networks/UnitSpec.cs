using ManSharp.Layers.Modules;

namespace ManSharp.Layers.Networks;

/// <summary>
/// One residual unit as data: what a network is listed in, cut at, and what a momentum auxiliary copies.
/// </summary>
/// <param name="Stage">The stage it belongs to, from 1.</param>
/// <param name="Index">Its place in the stage, from 0.</param>
/// <param name="Inputs">Channels that it reads.</param>
/// <param name="Outputs">Channels that it writes.</param>
/// <param name="Stride">2 where it halves the image, else 1.</param>
public abstract record UnitSpec(int Stage, int Index, int Inputs, int Outputs, int Stride)
{
    /// <summary>Makes a unit with parameters of its own.</summary>
    public abstract Module Build();
}

/// <summary>The unit of two 3x3 convolutions. <b>Source</b>: He et al. 2016, figure 5 left; the shortcut is a 1x1 convolution with batch norm where the shape changes.</summary>
/// <inheritdoc/>
public sealed record BasicUnitSpec(int Stage, int Index, int Inputs, int Outputs, int Stride)
    : UnitSpec(Stage, Index, Inputs, Outputs, Stride)
{
    /// <inheritdoc/>
    public override Module Build() => new BasicUnit(Inputs, Outputs, Stride);
}
