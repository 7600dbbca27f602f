using System.Text;

namespace ManSharp.Layers.Files;

/// <summary>The constants of the safetensors format that reading and writing share.</summary>
internal static class SafetensorsFormat
{
    /// <summary>Bytes of the header length, an unsigned little-endian integer, at the start of the file.</summary>
    public const int PrefixBytes = 8;

    /// <summary>The longest header that the format allows.</summary>
    public const int MaxHeaderBytes = 100_000_000;

    /// <summary>The most dimensions of a tensor: not the format's limit but NumPy's, kept here so that a hostile shape
    /// does not become millions of numbers.</summary>
    public const int MaxRank = 64;

    /// <summary>The key that no tensor may have: it holds a map from text to text.</summary>
    public const string MetadataKey = "__metadata__";

    /// <summary>Values pass between file and memory in pieces of this size.</summary>
    public const int ChunkBytes = 1 << 20;

    /// <summary>UTF-8 that throws where it would otherwise replace what is invalid.</summary>
    public static readonly UTF8Encoding StrictUtf8 = new(
        encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The bytes of one element, or 0 for a type that the format does not know.</summary>
    public static int ElementBytes(string dtype) => dtype switch
    {
        "BOOL" or "U8" or "I8" or "F8_E5M2" or "F8_E4M3" => 1,
        "I16" or "U16" or "F16" or "BF16" => 2,
        "I32" or "U32" or "F32" => 4,
        "F64" or "I64" or "U64" => 8,
        _ => 0,
    };

    /// <summary>The format is little-endian and values are copied as they lie in memory.</summary>
    public static void RequireLittleEndian(string operation)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException(
                $"{operation}: safetensors values are little-endian and are copied as they are. "
                + "Got: a big-endian machine. Convert the file on a little-endian one.");
    }

    /// <summary>Text from a file as it may stand in a message: quoted, without control characters, of bounded length.
    /// </summary>
    public static string Quote(string text)
    {
        const int longest = 80;
        var quoted = new StringBuilder("'");
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, longest)))
            quoted.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        return quoted.Append(text.Length > longest ? $"...' ({text.Length} characters)" : "'").ToString();
    }
}
