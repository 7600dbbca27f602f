namespace ManSharp.Cli.Sweeps;

/// <summary>One configuration of a sweep as its file says it.</summary>
/// <param name="Group">The name without the seed; entries of a group differ in their seed alone.</param>
/// <param name="Seed">As written.</param>
/// <param name="Arguments">The command line of train that means the same, without --out and --threads.</param>
internal sealed record SweepEntry(string Group, string Seed, IReadOnlyList<string> Arguments)
{
    /// <summary>The name of the run and of its folder.</summary>
    internal string Name => $"{Group}-{Seed}";
}
