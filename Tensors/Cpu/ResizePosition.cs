namespace ManSharp.Tensors.Cpu;

/// <summary>
/// The input pixel at or before an output's position, the step to the next one, and the weight of that. Positions are
/// exact fractions: output p of P reads input p (H - 1) / (P - 1), computed in whole numbers.
/// </summary>
internal readonly record struct ResizePosition(int Before, int Step, float Weight)
{
    internal static ResizePosition Of(int output, int inputs, int outputs)
    {
        if (outputs == 1)
            return default;
        (long before, long rest) = Math.DivRem((long)output * (inputs - 1), outputs - 1);
        return new ResizePosition((int)before, before < inputs - 1 ? 1 : 0, rest / (float)(outputs - 1));
    }

    /// <summary>The weight of an input that this output reads.</summary>
    internal float WeightOf(int input) => input == Before ? 1 - Weight : Weight;
}
