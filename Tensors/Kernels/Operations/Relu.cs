using System.Numerics;

namespace ManSharp.Tensors.Kernels.Operations;

/// <summary>y = max(x, 0); derivative 1 where y &gt; 0, else 0.</summary>
public readonly struct Relu : IUnaryOperation
{
    /// <inheritdoc/>
    public static float Invoke(float x) => MathF.Max(x, 0f);

    /// <inheritdoc/>
    public static Vector<float> Invoke(Vector<float> x) => Vector.Max(x, Vector<float>.Zero);

    /// <inheritdoc/>
    public static float Derivative(float x, float y) => y > 0f ? 1f : 0f;

    /// <inheritdoc/>
    public static Vector<float> Derivative(Vector<float> x, Vector<float> y) =>
        Vector.ConditionalSelect(Vector.GreaterThan(y, Vector<float>.Zero), Vector<float>.One, Vector<float>.Zero);
}
