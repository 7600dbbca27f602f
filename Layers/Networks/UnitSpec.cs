using System.Globalization;
using ManSharp.Layers.Modules;

namespace ManSharp.Layers.Networks;

/// <summary>
/// One unit as data: what a network is listed in, cut at, and what a momentum auxiliary copies.
/// </summary>
/// <param name="Stage">The stage it belongs to, from 1.</param>
/// <param name="Index">Its place in the stage, from 0.</param>
/// <param name="Inputs">Channels that it reads.</param>
/// <param name="Outputs">Channels that it writes.</param>
/// <param name="Stride">2 where it halves the image, else 1.</param>
public abstract record UnitSpec(int Stage, int Index, int Inputs, int Outputs, int Stride)
{
    /// <summary>What a person calls it: stage and place, such as 2.1.</summary>
    public string Place => string.Create(CultureInfo.InvariantCulture, $"{Stage}.{Index}");

    /// <summary>Makes a unit with parameters of its own.</summary>
    public abstract Module Build();

    /// <summary>Height and width behind the unit: size / stride, rounded up.</summary>
    public virtual int SizeAfter(int size) => (size - 1) / Stride + 1;

    /// <summary>How files call one of its tensors, given the name inside the unit: layerS.I.name unless a network differs.</summary>
    public virtual string FileName(string name) =>
        string.Create(CultureInfo.InvariantCulture, $"layer{Stage}.{Index}.{name}");
}
