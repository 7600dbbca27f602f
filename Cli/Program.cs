using System.CommandLine;

namespace ManSharp.Cli;

internal static class Program
{
    private static int Main(string[] args) => new RootCommand("ManSharp") { VerifyCommand.Create() }.Parse(args).Invoke();
}
