namespace ManSharp.Layers.Training;

/// <summary>
/// rate(t) = base * (t + 1) / warmup while t &lt; warmup, then base / 2 * (1 + cos(pi (t - warmup) / (steps - warmup))): a
/// linear warm-up and a cosine decay to zero, counted in steps.
/// </summary>
public sealed record CosineSchedule
{
    /// <summary>Epochs of warm-up in the reference's long runs.</summary>
    public const int ReferenceWarmupEpochs = 10;

    private readonly float baseRate;
    private readonly long warmup, steps;

    /// <summary>A schedule over a whole run. Warm-up takes the reference's 10 epochs, but at most a tenth of the run.</summary>
    /// <param name="baseRate">The greatest rate.</param>
    /// <param name="epochs">At least 1.</param>
    /// <param name="stepsPerEpoch">At least 1.</param>
    /// <param name="warmupEpochs">Epochs of warm-up; at most a tenth of the run is used.</param>
    public CosineSchedule(float baseRate, int epochs, int stepsPerEpoch, int warmupEpochs = ReferenceWarmupEpochs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epochs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stepsPerEpoch);
        this.baseRate = baseRate;
        steps = (long)epochs * stepsPerEpoch;
        warmup = Math.Min((long)warmupEpochs * stepsPerEpoch, steps / 10);
    }

    /// <summary>The rate of step number <paramref name="step"/>, from 0.</summary>
    public float RateAt(long step)
    {
        if (step < warmup)
            return baseRate * (step + 1) / warmup;
        double done = (double)(step - warmup) / (steps - warmup);
        return (float)(baseRate / 2 * (1 + Math.Cos(Math.PI * Math.Min(done, 1))));
    }
}
