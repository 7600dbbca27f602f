using ManSharp.Tensors;

namespace ManSharp.Peers;

/// <summary>How long a row runs.</summary>
/// <param name="Turns">How often each engine has its turn.</param>
/// <param name="Untimed">Runs at the beginning of a turn that bring code and data back into the caches.</param>
/// <param name="Timed">Measured runs of a turn.</param>
internal sealed record Pace(int Turns, int Untimed, int Timed);

/// <summary>One row of the race: the same work for both engines.</summary>
/// <param name="name">What a person selects it by.</param>
/// <param name="goal">The greatest ratio ours / libtorch that the project wants.</param>
/// <param name="pace">How long it runs.</param>
internal abstract class Row(string name, double goal, Pace pace)
{
    /// <summary>What a person selects it by.</summary>
    internal string Name => name;

    /// <summary>The greatest ratio ours / libtorch that the project wants.</summary>
    internal double Goal => goal;

    /// <summary>How long it runs.</summary>
    internal Pace Pace => pace;

    /// <summary>Operations of one run as written, two a multiplication and addition; 0 where they are not counted.</summary>
    internal virtual double Flops => 0;

    /// <summary>The greatest relative difference between what the engines compute in each of the first runs: one bound a run.</summary>
    internal abstract IReadOnlyList<double> Tolerances { get; }

    /// <summary>This engine.</summary>
    internal abstract IContender BuildOurs(Device device);

    /// <summary>libtorch, with the weights of <paramref name="ours"/> where it is given.</summary>
    internal abstract IContender BuildTorch(IContender? ours);
}
