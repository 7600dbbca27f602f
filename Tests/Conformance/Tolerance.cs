using Xunit;

namespace ManSharp.Tests.Conformance;

/// <summary>
/// How far a float32 result may lie from its double reference: |actual - expected| &lt;= Relative * max(|expected|,
/// scale), scale being the root mean square of the expected tensor, since rounding of a sum follows the size of its
/// terms.
/// </summary>
internal readonly record struct Tolerance(string Name, double Relative)
{
    /// <summary>Moved or selected values: every bit.</summary>
    internal static readonly Tolerance Exact = new(nameof(Exact), 0);

    /// <summary>A handful of roundings a value.</summary>
    internal static readonly Tolerance Elementwise = new(nameof(Elementwise), 1e-6);

    /// <summary>Exponentials and logarithms.</summary>
    internal static readonly Tolerance Transcendental = new(nameof(Transcendental), 4e-6);

    /// <summary>Sums of many terms, products and convolutions.</summary>
    internal static readonly Tolerance Sum = new(nameof(Sum), 1e-5);

    /// <summary>
    /// Throws, with the worst value, where the results are too far apart; not-a-number is always too far.
    /// </summary>
    internal void Check(string what, double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = Math.Sqrt(expected.Sum(value => value * value) / expected.Length);
        double worst = -1;
        int at = -1;
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs(actual[i] - expected[i]);
            double excess = double.IsNaN(error)
                ? double.PositiveInfinity
                : error - Relative * Math.Max(Math.Abs(expected[i]), scale);
            if (excess > 0 && excess > worst)
                (worst, at) = (excess, i);
        }
        if (at >= 0)
            Assert.Fail(
                $"{what}: value {at} of {expected.Length} was expected to be {expected[at]:R} within {Name} "
                + $"({Relative:E0}, scale {scale:E2}). Got {actual[at]:R}.");
    }
}
