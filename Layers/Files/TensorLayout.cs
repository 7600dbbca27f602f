namespace ManSharp.Layers.Files;

/// <summary>
/// The border between the layouts of PyTorch's files and those of this engine: the only place where one becomes the
/// other. Values are moved, never changed, so each function undoes its counterpart bit by bit.
/// <para>Letters: N batch, H W height and width, C channels, O output channels, I input channels. The last letter is
/// innermost. Every function writes all of its destination, which must not overlap its source; both have exactly the
/// product of the dimensions as length.</para>
/// </summary>
/// <remarks>All functions throw <see cref="ArgumentException"/> where a length differs from the product of the
/// dimensions, the spans overlap or a dimension is negative.</remarks>
public static class TensorLayout
{
    private const int Tile = 16; // 16 floats are a cache line, of which a transposition reads or writes all

    /// <summary>Convolution weights from files: <c>destination[h, w, i, o] = source[o, i, h, w]</c>.</summary>
    public static void OihwToHwio(
        ReadOnlySpan<float> source, Span<float> destination, int outputs, int inputs, int height, int width)
    {
        Check(nameof(OihwToHwio), source, destination, $"[O={outputs}, I={inputs}, H={height}, W={width}]",
            outputs, inputs, height, width);
        if (source.IsEmpty) return;
        int taps = height * width;
        for (int i = 0; i < inputs; i++)
            Transpose(source[(i * taps)..], inputs * taps, destination[(i * outputs)..], inputs * outputs,
                outputs, taps);
    }

    /// <summary>Convolution weights for files: <c>destination[o, i, h, w] = source[h, w, i, o]</c>.</summary>
    public static void HwioToOihw(
        ReadOnlySpan<float> source, Span<float> destination, int outputs, int inputs, int height, int width)
    {
        Check(nameof(HwioToOihw), source, destination, $"[O={outputs}, I={inputs}, H={height}, W={width}]",
            outputs, inputs, height, width);
        if (source.IsEmpty) return;
        int taps = height * width;
        for (int i = 0; i < inputs; i++)
            Transpose(source[(i * outputs)..], inputs * outputs, destination[(i * taps)..], inputs * taps,
                taps, outputs);
    }

    /// <summary>Linear weights from files: <c>destination[i, o] = source[o, i]</c>.</summary>
    public static void OutInToInOut(ReadOnlySpan<float> source, Span<float> destination, int outputs, int inputs)
    {
        Check(nameof(OutInToInOut), source, destination, $"[O={outputs}, I={inputs}]", outputs, inputs);
        Transpose(source, inputs, destination, outputs, outputs, inputs);
    }

    /// <summary>Linear weights for files: <c>destination[o, i] = source[i, o]</c>.</summary>
    public static void InOutToOutIn(ReadOnlySpan<float> source, Span<float> destination, int outputs, int inputs)
    {
        Check(nameof(InOutToOutIn), source, destination, $"[O={outputs}, I={inputs}]", outputs, inputs);
        Transpose(source, outputs, destination, inputs, inputs, outputs);
    }

    /// <summary>Images from files: <c>destination[n, h, w, c] = source[n, c, h, w]</c>.</summary>
    public static void NchwToNhwc(
        ReadOnlySpan<float> source, Span<float> destination, int batch, int channels, int height, int width)
    {
        Check(nameof(NchwToNhwc), source, destination, $"[N={batch}, C={channels}, H={height}, W={width}]",
            batch, channels, height, width);
        if (source.IsEmpty) return;
        int pixels = height * width;
        for (int start = 0; start < source.Length; start += channels * pixels)
            Transpose(source[start..], pixels, destination[start..], channels, channels, pixels);
    }

    /// <summary>Images for files: <c>destination[n, c, h, w] = source[n, h, w, c]</c>.</summary>
    public static void NhwcToNchw(
        ReadOnlySpan<float> source, Span<float> destination, int batch, int channels, int height, int width)
    {
        Check(nameof(NhwcToNchw), source, destination, $"[N={batch}, C={channels}, H={height}, W={width}]",
            batch, channels, height, width);
        if (source.IsEmpty) return;
        int pixels = height * width;
        for (int start = 0; start < source.Length; start += channels * pixels)
            Transpose(source[start..], channels, destination[start..], pixels, pixels, channels);
    }

    /// <summary><c>destination[c * destinationStride + r] = source[r * sourceStride + c]</c>, tile by tile.</summary>
    private static void Transpose(
        ReadOnlySpan<float> source, int sourceStride, Span<float> destination, int destinationStride,
        int rows, int columns)
    {
        for (int top = 0; top < rows; top += Tile)
            for (int left = 0; left < columns; left += Tile)
                for (int column = left; column < Math.Min(left + Tile, columns); column++)
                    for (int row = top; row < Math.Min(top + Tile, rows); row++)
                        destination[column * destinationStride + row] = source[row * sourceStride + column];
    }

    private static void Check(string function, ReadOnlySpan<float> source, ReadOnlySpan<float> destination,
        FormattableString dimensions, params ReadOnlySpan<int> sizes)
    {
        Int128 product = 1; // holds the product of any four ints
        bool negative = false;
        foreach (int size in sizes)
        {
            product *= size;
            negative |= size < 0;
        }

        if (negative || source.Length != product || destination.Length != product)
            throw new ArgumentException($"{function}: source and destination must have as many values as {dimensions}, "
                + $"dimensions from 0. Got: source {source.Length}, destination {destination.Length}, "
                + $"product {product}. Pass the dimensions in the order of the parameters.");
        if (source.Overlaps(destination))
            throw new ArgumentException($"{function}: source and destination must not overlap. Got: {source.Length} "
                + "values that share memory. Write to another buffer.");
    }
}
