namespace ManSharp.Tests.Reference;

/// <summary>Elementwise operations, straight from their formulas.</summary>
internal static class ReferenceElementwise
{
    internal static double Relu(double x) => Math.Max(x, 0);

    internal static double ReluDerivative(double x) => x > 0 ? 1 : 0;

    internal static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    internal static double SigmoidDerivative(double x) => Sigmoid(x) * (1 - Sigmoid(x));

    internal static double[] Unary(double[] x, Func<double, double> operation) => [.. x.Select(operation)];

    internal static double[] UnaryGradient(double[] dy, double[] x, Func<double, double> derivative) =>
        [.. dy.Select((gradient, i) => gradient * derivative(x[i]))];

    internal static double[] Binary(double[] a, double[] b, Func<double, double, double> operation) =>
        [.. a.Select((value, i) => operation(value, b[i]))];

    /// <summary>y[n, c] = scale[c] x[n, c] + shift[c].</summary>
    internal static double[] Affine(double[] x, double[] scale, double[] shift) =>
        [.. x.Select((value, i) => scale[i % scale.Length] * value + shift[i % shift.Length])];
}
