namespace ManSharp.Layers.Files;

/// <summary>
/// A file of tensors is not what it should be. The message names the operation and the file, what was expected, what
/// was found (with the offset or the tensor's name) and what to do about it.
/// </summary>
public sealed class CheckpointException : Exception
{
    /// <summary>Builds the message <c>operation 'path': expected. Got: found. remedy.</c></summary>
    /// <param name="operation">What was being done, as the caller would name it.</param>
    /// <param name="path">The file.</param>
    /// <param name="expected">The rule that was broken, without a full stop.</param>
    /// <param name="found">The values that broke it, with their offset or tensor name, without a full stop.</param>
    /// <param name="remedy">What the reader of the message can do, without a full stop.</param>
    /// <param name="inner">The exception that revealed it, if there was one.</param>
    public CheckpointException(
        string operation, string path, string expected, string found, string remedy, Exception? inner = null)
        : base($"{operation} '{path}': {expected}. Got: {found}. {remedy}.", inner)
    {
        FilePath = path;
    }

    /// <summary>The file that the message speaks of.</summary>
    public string FilePath { get; }
}
