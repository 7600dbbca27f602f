namespace ManSharp.Cli;

/// <summary>What the program tells its caller.</summary>
internal static class ExitCode
{
    internal const int Fine = 0;

    /// <summary>A check failed, or training did not converge.</summary>
    internal const int Failed = 1;

    /// <summary>The command line or a file is not usable.</summary>
    internal const int BadInput = 2;

    /// <summary>A fault of the program itself.</summary>
    internal const int Fault = 3;

    internal const int Interrupted = 130;
    internal const int Terminated = 143;
}
