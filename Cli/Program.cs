using System.CommandLine;

namespace ManSharp.Cli;

internal static class Program
{
    private static int Main(string[] args) => new RootCommand("ManSharp")
    {
        VerifyCommand.Create(),
        DevicesCommand.Create(),
        new Command("bench", "Measure speed and memory.") { BenchStepCommand.Create() },
    }.Parse(args).Invoke();
}
