namespace ManSharp.Tests.Conformance;

/// <summary>Seeded values, exact in float32, so that kernel and reference read the same.</summary>
internal sealed class TestValues(int seed)
{
    private readonly Random random = new(seed);

    /// <summary>Evenly spread between two bounds.</summary>
    internal double[] Uniform(int length, double from = -1, double to = 1) =>
        Make(length, () => from + (to - from) * random.NextDouble());

    /// <summary>Normally distributed.</summary>
    internal double[] Normal(int length, double mean = 0, double deviation = 1) =>
        Make(length, () => mean + deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()))
            * Math.Cos(Math.Tau * random.NextDouble()));

    /// <summary>Whole numbers below a bound: labels, or values with many ties.</summary>
    internal double[] Integers(int length, int bound) => Make(length, () => random.Next(bound));

    /// <summary>Rounded to float32.</summary>
    internal static double[] Round(double[] values) => [.. values.Select(value => (double)(float)value)];

    private static double[] Make(int length, Func<double> next)
    {
        var values = new double[length];
        for (int i = 0; i < length; i++)
            values[i] = (float)next();
        return values;
    }
}
