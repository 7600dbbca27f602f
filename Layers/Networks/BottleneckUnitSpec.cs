using ManSharp.Layers.Modules;

namespace ManSharp.Layers.Networks;

/// <summary>
/// The unit of a 1x1, a 3x3 and a 1x1 convolution, the stride in the 3x3; the shortcut is a 1x1 convolution with batch
/// norm where the shape changes. <b>Source</b>: He et al. 2016, figure 5 right; the place of the stride and the groups
/// of ResNeXt (Xie et al. 2017) as in torchvision.
/// </summary>
/// <param name="Stage">The stage it belongs to, from 1.</param>
/// <param name="Index">Its place in the stage, from 0.</param>
/// <param name="Inputs">Channels that it reads.</param>
/// <param name="Outputs">Channels that it writes.</param>
/// <param name="Stride">2 where it halves the image, else 1.</param>
/// <param name="Width">Channels of the 3x3 convolution; a quarter of the outputs in residual networks.</param>
/// <param name="Groups">Groups of channels that the 3x3 convolution keeps apart.</param>
public sealed record BottleneckUnitSpec(int Stage, int Index, int Inputs, int Outputs, int Stride, int Width, int Groups = 1)
    : UnitSpec(Stage, Index, Inputs, Outputs, Stride)
{
    /// <summary>Outputs for each channel of the 3x3 convolution in residual networks.</summary>
    public const int Expansion = 4;

    /// <inheritdoc/>
    public override Module Build() => new BottleneckUnit(Inputs, Outputs, Stride, Width, Groups);
}
