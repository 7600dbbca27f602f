namespace ManSharp.Autograd;

/// <summary>A variable or a tape used in a way that it does not allow: a mistake in the program.</summary>
public sealed class TapeException : Exception
{
    /// <summary>Creates the error from its whole text: what was expected, what was got, the remedy.</summary>
    public TapeException(string message) : base(message) { }
}
