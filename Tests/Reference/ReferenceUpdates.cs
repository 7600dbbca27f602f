namespace ManSharp.Tests.Reference;

/// <summary>Updates of parameters.</summary>
internal static class ReferenceUpdates
{
    internal static (double[] W, double[] V) SgdStep(
        double[] w, double[] v, double[] gradient, double rate, double momentum, double weightDecay, bool nesterov)
    {
        double[] newW = [.. w], newV = [.. v];
        for (int i = 0; i < w.Length; i++)
        {
            double g = gradient[i] + weightDecay * w[i];
            newV[i] = momentum * v[i] + g;
            newW[i] = w[i] - rate * (nesterov ? g + momentum * newV[i] : newV[i]);
        }
        return (newW, newV);
    }

    internal static double[] EmaUpdate(double[] average, double[] value, double momentum) =>
        [.. average.Select((old, i) => momentum * old + (1 - momentum) * value[i])];
}
