using System.Numerics;

namespace ManSharp.Tensors.Kernels.Operations;

/// <summary>y = 1 / (1 + exp(-x)); derivative y (1 - y).</summary>
public readonly struct Sigmoid : IUnaryOperation
{
    /// <inheritdoc/>
    public static float Invoke(float x) => 1f / (1f + MathF.Exp(-x));

    /// <inheritdoc/>
    public static Vector<float> Invoke(Vector<float> x) => Vector<float>.One / (Vector<float>.One + Vector.Exp(-x));

    /// <inheritdoc/>
    public static float Derivative(float x, float y) => y * (1f - y);

    /// <inheritdoc/>
    public static Vector<float> Derivative(Vector<float> x, Vector<float> y) => y * (Vector<float>.One - y);
}
