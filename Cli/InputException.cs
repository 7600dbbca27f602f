namespace ManSharp.Cli;

/// <summary>What a person asked for cannot be done; the message names the thing, the value and the remedy.</summary>
internal sealed class InputException(string message) : Exception(message);

/// <summary>The work was done and its result is bad; the message says what happened and what may help.</summary>
internal sealed class FailedException(string message) : Exception(message);
