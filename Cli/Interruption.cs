using System.Runtime.InteropServices;
using Spectre.Console;

namespace ManSharp.Cli;

/// <summary>
/// Ctrl-C and SIGTERM. While somebody listens, the first one is a request to stop at the next step, with all files
/// complete; otherwise, and the second time, the process ends at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly PosixSignalRegistration interrupt, terminate;
    private volatile bool listening;
    private volatile int requestedExitCode;

    internal Interruption()
    {
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    /// <summary>The exit code that a request asked for.</summary>
    internal int RequestedExitCode => requestedExitCode == 0 ? ExitCode.Interrupted : requestedExitCode;

    /// <summary>From now on the work looks at <see cref="ThrowIfRequested"/> at every step.</summary>
    internal void Listen() => listening = true;

    /// <exception cref="OperationCanceledException">The person wants to stop.</exception>
    internal void ThrowIfRequested()
    {
        if (requestedExitCode != 0)
            throw new OperationCanceledException();
    }

    public void Dispose()
    {
        interrupt.Dispose();
        terminate.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        int exitCode = context.Signal == PosixSignal.SIGINT ? ExitCode.Interrupted : ExitCode.Terminated;
        context.Cancel = true;
        if (listening && requestedExitCode == 0)
        {
            requestedExitCode = exitCode;
            return;
        }
        if (AnsiConsole.Profile.Capabilities.Ansi)
            AnsiConsole.Cursor.Show();
        Console.Error.WriteLine("Stopped.");
        Environment.Exit(exitCode);
    }
}
