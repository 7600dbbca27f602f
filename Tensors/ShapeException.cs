namespace ManSharp.Tensors;

/// <summary>Shapes that do not fit each other or the operation: a mistake in the program or in the options.</summary>
public sealed class ShapeException : Exception
{
    /// <summary>Creates the error from its whole text: what was expected, what was got, the remedy.</summary>
    public ShapeException(string message) : base(message) { }
}
