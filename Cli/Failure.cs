using ManSharp.Datasets;
using ManSharp.Layers.Files;
using ManSharp.Tensors;

namespace ManSharp.Cli;

/// <summary>From an exception to one line for a person and an exit code.</summary>
internal static class Failure
{
    private const string TraceVariable = "MANSHARP_TRACE";

    /// <summary>Prints the line and returns the code.</summary>
    internal static int Report(Exception exception)
    {
        (int exitCode, string message) = Describe(exception);
        Console.Error.WriteLine($"error: {message}");
        if (Environment.GetEnvironmentVariable(TraceVariable) == "1")
            Console.Error.WriteLine(exception);
        return exitCode;
    }

    /// <summary>Whether a person can do something about it by giving something else.</summary>
    internal static bool IsBadInput(Exception exception) => Describe(exception).ExitCode == ExitCode.BadInput;

    /// <summary>The line by itself.</summary>
    internal static string MessageOf(Exception exception) => Describe(exception).Message;

    /// <summary>The exit code and the line.</summary>
    internal static (int ExitCode, string Message) Describe(Exception exception) => DeviceException.Of(exception) switch
    {
        { IsOutOfMemory: true } memory =>
            (ExitCode.BadInput, $"{memory.Message} mansharp plan --budget BYTES, with the same options, says what fits."),
        { } driver => (ExitCode.BadInput, driver.Message),
        null => DescribeOwn(exception),
    };

    private static (int ExitCode, string Message) DescribeOwn(Exception exception) => exception switch
    {
        FailedException => (ExitCode.Failed, exception.Message),
        InputException or DatasetException or ShapeException or CheckpointException =>
            (ExitCode.BadInput, exception.Message),
        ArgumentException argument => (ExitCode.BadInput, WithoutParameter(argument)),
        FileNotFoundException or DirectoryNotFoundException =>
            (ExitCode.BadInput, $"{Sentence(exception.Message)} Check the path."),
        IOException or UnauthorizedAccessException =>
            (ExitCode.BadInput,
                $"{Sentence(exception.Message)} Check the path, its permissions and the room on its disk."),
        OutOfMemoryException =>
            (ExitCode.BadInput,
                "Memory: there is not enough of it. Use a smaller --batch, a smaller --size or --limit."),
        _ => (ExitCode.Fault,
            $"{exception.GetType().Name}: {Sentence(exception.Message)} This is a fault of mansharp itself: "
            + $"set {TraceVariable}=1 to see where it happens, and report it."),
    };

    // The runtime appends the parameter's name, and for ranges the value on a line of its own.
    private static string WithoutParameter(ArgumentException exception)
    {
        string line = exception.Message.Split('\n')[0].TrimEnd('\r');
        string suffix = $" (Parameter '{exception.ParamName}')";
        return line.EndsWith(suffix, StringComparison.Ordinal) ? line[..^suffix.Length] : line;
    }

    private static string Sentence(string text) => text.EndsWith('.') ? text : text + ".";
}
