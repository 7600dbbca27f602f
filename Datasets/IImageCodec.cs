namespace ManSharp.Datasets;

/// <summary>
/// Reads encoded pictures. Implementations are safe to call from several threads, and safe on hostile input: a file
/// below 1 MB is decoded or refused within 2 s and 64 MiB.
/// </summary>
public interface IImageCodec
{
    /// <summary>Checks the structure of the file without decoding its pixels, and gives its size.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="name">How errors name the file.</param>
    /// <exception cref="DatasetException">The file is damaged, hostile, or of a kind that is not supported.</exception>
    ImageSize Measure(ReadOnlyMemory<byte> encoded, string name);

    /// <summary>Decodes the file to 8-bit RGB; grey is repeated, alpha dropped, 16 bits cut to the upper 8.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="name">How errors name the file.</param>
    /// <exception cref="DatasetException">The file is damaged, hostile, or of a kind that is not supported.</exception>
    DecodedImage Decode(ReadOnlyMemory<byte> encoded, string name);
}
