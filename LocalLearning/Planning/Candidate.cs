using ManSharp.LocalLearning.Blocks;

namespace ManSharp.LocalLearning.Planning;

/// <summary>Something that could be trained, and what it would take.</summary>
/// <param name="Plan">What.</param>
/// <param name="Batch">Images of a step.</param>
/// <param name="Cost">Of a step.</param>
public sealed record Candidate(NetworkPlan Plan, int Batch, StepCost Cost)
{
    /// <summary>K.</summary>
    public int Blocks => Plan.Partition.Blocks;

    /// <summary>Arithmetic of a training step, per image.</summary>
    public double FlopsPerImage => Cost.Flops / Batch;

    /// <summary>Whether training it, tests between epochs included, never holds more than so many bytes.</summary>
    public bool FitsInto(long bytes) =>
        // What is live is known at once; what is held has to be laid out.
        Math.Max(Cost.PeakBytes, Cost.EvaluationPeakBytes) <= bytes && Cost.Requests.FitsInto(bytes);
}
