namespace ManSharp.LocalLearning.Recorded;

/// <summary>One recorded tensor beside this engine's.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Recorded">The L2 norm of the recorded values.</param>
/// <param name="Deviation">The L2 norm of the difference.</param>
/// <param name="Noise">The L2 norm of the deviation of the recording library's own float32 run.</param>
public readonly record struct TensorDeviation(string Name, double Recorded, double Deviation, double Noise);

/// <summary>
/// A group of tensors that is judged together. It passes when over the whole group
/// |ours - recorded| &lt;= max(10 |noise|, t |recorded|), and for each tensor alone
/// |ours - recorded| &lt;= max(30 noise, 0.1 |recorded|, 0.001 rms of the group's tensor norms).
/// </summary>
public sealed record GroupDeviation
{
    private GroupDeviation(string name, double tolerance, IReadOnlyList<TensorDeviation> tensors)
    {
        Name = name;
        Tolerance = tolerance;
        Recorded = Norm(tensors.Select(t => t.Recorded));
        Deviation = Norm(tensors.Select(t => t.Deviation));
        Noise = Norm(tensors.Select(t => t.Noise));
        double typical = Recorded / Math.Sqrt(tensors.Count);
        double Allowed(TensorDeviation t) => Math.Max(Math.Max(30 * t.Noise, 0.1 * t.Recorded), 1e-3 * typical);
        Worst = tensors.MaxBy(t => double.IsFinite(t.Deviation) ? t.Deviation / Math.Max(Allowed(t), double.Epsilon) : double.MaxValue);
        // Written so that a deviation that is not a number fails.
        Passes = Deviation <= Math.Max(10 * Noise, tolerance * Recorded) && tensors.All(t => t.Deviation <= Allowed(t));
        WorstShare = Worst.Deviation / Math.Max(Allowed(Worst), double.Epsilon);
        TensorCount = tensors.Count;
    }

    /// <summary>What is compared.</summary>
    public string Name { get; }

    /// <summary>t.</summary>
    public double Tolerance { get; }

    /// <summary>The number of tensors.</summary>
    public int TensorCount { get; }

    /// <summary>The norm of all recorded values.</summary>
    public double Recorded { get; }

    /// <summary>The norm of all differences.</summary>
    public double Deviation { get; }

    /// <summary>The norm of the recording library's own float32 deviations.</summary>
    public double Noise { get; }

    /// <summary>Deviation / Recorded.</summary>
    public double Relative => Deviation / Recorded;

    /// <summary>The tensor that comes nearest to its own bound, or exceeds it most.</summary>
    public TensorDeviation Worst { get; }

    /// <summary>The worst tensor's deviation as a share of what is allowed to it.</summary>
    public double WorstShare { get; }

    /// <summary>Whether the group and each of its tensors is within tolerance.</summary>
    public bool Passes { get; }

    /// <summary>Judges a group; null when nothing of it was recorded.</summary>
    internal static GroupDeviation? Judge(string name, double tolerance, IReadOnlyList<TensorDeviation> tensors) =>
        tensors.Count == 0 ? null : new GroupDeviation(name, tolerance, tensors);

    private static double Norm(IEnumerable<double> norms) => Math.Sqrt(norms.Sum(n => n * n));
}

/// <summary>One loss of one block in one step.</summary>
/// <param name="Step">From 0.</param>
/// <param name="Block">From 0.</param>
/// <param name="Reconstruction">This engine's and the recorded one.</param>
/// <param name="Label">This engine's and the recorded one.</param>
/// <param name="Total">This engine's and the recorded one.</param>
public sealed record LossComparison(
    int Step, int Block, (float Ours, float Recorded) Reconstruction, (float Ours, float Recorded) Label,
    (float Ours, float Recorded) Total);

/// <summary>The outcome of repeating a recorded run.</summary>
/// <param name="Description">The run in a line: network, blocks, method, losses.</param>
/// <param name="Losses">Step by step, block by block.</param>
/// <param name="Groups">
/// Losses, gradients, updates, ema, variances (the updates of running variances once more, by themselves), logits: those
/// that were recorded.
/// </param>
public sealed record Verification(
    string Description, IReadOnlyList<LossComparison> Losses, IReadOnlyList<GroupDeviation> Groups)
{
    /// <summary>Whether every group is within tolerance.</summary>
    public bool Passes => Groups.Count > 0 && Groups.All(group => group.Passes);

    /// <summary>The tensor that comes nearest to its bound, or exceeds it most, of all groups.</summary>
    public TensorDeviation Worst => Groups.MaxBy(group => double.IsFinite(group.WorstShare) ? group.WorstShare : double.MaxValue)!.Worst;
}
