using System.Globalization;
using ManSharp.Layers.Modules;

namespace ManSharp.Layers.Networks;

/// <summary>
/// One 3x3 convolution with bias, batch norm and ReLU; with a stride, a max pool over stride x stride pixels follows.
/// <b>Source</b>: Simonyan and Zisserman 2015, with batch norm as in torchvision.
/// </summary>
/// <param name="Stage">The stage it belongs to, from 1.</param>
/// <param name="Index">Its place in the stage, from 0.</param>
/// <param name="Inputs">Channels that it reads.</param>
/// <param name="Outputs">Channels that it writes.</param>
/// <param name="Stride">2 where a max pool halves the image, else 1.</param>
/// <param name="Feature">The convolution's place in the sequence that files call features.</param>
public sealed record ConvUnitSpec(int Stage, int Index, int Inputs, int Outputs, int Stride, int Feature)
    : UnitSpec(Stage, Index, Inputs, Outputs, Stride)
{
    /// <inheritdoc/>
    public override Module Build() => new ConvUnit(Inputs, Outputs, Stride);

    /// <summary>Size / stride, rounded down.</summary>
    public override int SizeAfter(int size) => size / Stride;

    /// <inheritdoc/>
    public override string FileName(string name) => FeatureName(Feature, name);

    /// <summary>0.weight is the convolution's at that place, 1.weight the batch norm's behind it.</summary>
    internal static string FeatureName(int feature, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"features.{feature + (name[0] - '0')}{name.AsSpan(1)}");
}
