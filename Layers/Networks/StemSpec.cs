using ManSharp.Layers.Modules;

namespace ManSharp.Layers.Networks;

/// <summary>The first layers as data: from images to the features that the first unit reads.</summary>
/// <param name="Outputs">Channels that it writes.</param>
public abstract record StemSpec(int Outputs)
{
    /// <summary>Makes a stem with parameters of its own.</summary>
    public abstract Module Build();

    /// <summary>Height and width behind the stem.</summary>
    public abstract int SizeAfter(int size);

    /// <summary>How files call one of its tensors, given the stem's own name for it.</summary>
    public virtual string FileName(string name) => name;
}

/// <summary>A convolution without bias, batch norm, ReLU, named conv1 and bn1; a 3x3 max pool of stride 2 may follow.</summary>
/// <param name="Outputs">Channels that it writes.</param>
/// <param name="Kernel">The side of the convolution's kernel, odd; the padding keeps the image's size.</param>
/// <param name="Stride">The convolution's stride.</param>
/// <param name="Pool">Whether the max pool follows.</param>
public sealed record ConvStemSpec(int Outputs, int Kernel = 3, int Stride = 1, bool Pool = false) : StemSpec(Outputs)
{
    /// <inheritdoc/>
    public override Module Build() => new ConvStem(Outputs, Kernel, Stride, Pool);

    /// <inheritdoc/>
    public override int SizeAfter(int size)
    {
        int convolved = (size - 1) / Stride + 1;
        return Pool ? (convolved - 1) / ConvStem.PoolStride + 1 : convolved;
    }
}

/// <summary>VGG's first layer: a 3x3 convolution with bias, batch norm, ReLU, which files call features.0 and features.1.</summary>
/// <param name="Outputs">Channels that it writes.</param>
public sealed record VggStemSpec(int Outputs) : StemSpec(Outputs)
{
    /// <inheritdoc/>
    public override Module Build() => new ConvUnit(NetworkSpec.ImageChannels, Outputs, stride: 1);

    /// <inheritdoc/>
    public override int SizeAfter(int size) => size;

    /// <inheritdoc/>
    public override string FileName(string name) => ConvUnitSpec.FeatureName(0, name);
}
