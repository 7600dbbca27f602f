using System.Numerics;

namespace ManSharp.Tensors.Kernels.Operations;

/// <summary>y = sqrt(x); derivative 1 / (2 y), and 0 where y is 0.</summary>
public readonly struct Sqrt : IUnaryOperation
{
    /// <inheritdoc/>
    public static float Invoke(float x) => MathF.Sqrt(x);

    /// <inheritdoc/>
    public static Vector<float> Invoke(Vector<float> x) => Vector.SquareRoot(x);

    /// <inheritdoc/>
    public static float Derivative(float x, float y) => y > 0f ? 0.5f / y : 0f;

    /// <inheritdoc/>
    public static Vector<float> Derivative(Vector<float> x, Vector<float> y) =>
        Vector.ConditionalSelect(Vector.GreaterThan(y, Vector<float>.Zero), new Vector<float>(0.5f) / y, Vector<float>.Zero);
}
