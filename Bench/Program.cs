using BenchmarkDotNet.Running;

namespace ManSharp.Bench;

/// <summary>Kernel benchmarks: dotnet run -c Release --project Bench -- --filter '*Conv*' --job short</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(arguments);
        return 0;
    }
}
