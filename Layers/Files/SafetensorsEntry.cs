using System.Collections.Immutable;

namespace ManSharp.Layers.Files;

/// <summary>What a safetensors header says of one tensor. Made by <see cref="SafetensorsFile"/> alone, so it holds:
/// <c>ByteLength = product(Shape) * bytes of one element</c>, and the bytes lie inside the file.</summary>
public sealed class SafetensorsEntry
{
    internal SafetensorsEntry(
        string name, string dtype, ImmutableArray<long> shape, long elementCount, long offset, long byteLength)
    {
        Name = name;
        Dtype = dtype;
        Shape = shape;
        ElementCount = elementCount;
        Offset = offset;
        ByteLength = byteLength;
    }

    /// <summary>The tensor's name, unique in its file.</summary>
    public string Name { get; }

    /// <summary>The element type as the file spells it, such as <c>F32</c>.</summary>
    public string Dtype { get; }

    /// <summary>The dimensions, outermost first (row-major). Empty for a scalar; a dimension may be zero.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>The product of the dimensions; 1 for a scalar.</summary>
    public long ElementCount { get; }

    /// <summary>Where the values begin, in bytes from the start of the data buffer (not of the file).</summary>
    public long Offset { get; }

    /// <summary>How many bytes the values take.</summary>
    public long ByteLength { get; }
}
