namespace ManSharp.Datasets;

/// <summary>
/// A data set, an archive or an image that cannot be used as it is. The message is complete for a person:
/// the file, the byte where known, what was expected, what was found, and what to do.
/// </summary>
public sealed class DatasetException : Exception
{
    /// <summary>Makes the exception and its message from the parts.</summary>
    /// <param name="file">The file, the folder, or "archive: entry".</param>
    /// <param name="expected">What should have been there; no full stop at the end.</param>
    /// <param name="found">What was there.</param>
    /// <param name="remedy">What the reader can do about it, as a sentence.</param>
    /// <param name="offset">The byte offset inside <paramref name="file"/>, where one is known.</param>
    /// <param name="inner">The exception that showed the fault, if one did.</param>
    public DatasetException(
        string file, string expected, string found, string remedy, long? offset = null, Exception? inner = null)
        : base(Compose(file, expected, found, remedy, offset), inner)
    {
        File = file;
        Expected = expected;
        Found = found;
        Remedy = remedy;
        Offset = offset;
    }

    /// <summary>The file, the folder, or "archive: entry".</summary>
    public string File { get; }

    /// <summary>The byte offset inside the file, or null where none applies.</summary>
    public long? Offset { get; }

    /// <summary>What should have been there.</summary>
    public string Expected { get; }

    /// <summary>What was there.</summary>
    public string Found { get; }

    /// <summary>What the reader can do about it.</summary>
    public string Remedy { get; }

    private static string Compose(string file, string expected, string found, string remedy, long? offset)
    {
        string place = offset is { } at ? $"{file}, byte {at}" : file;
        return $"{place}: expected {expected}. Got {found}. {remedy.TrimEnd('.')}.";
    }
}
