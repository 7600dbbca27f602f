using System.Numerics;

namespace ManSharp.Tensors.Kernels.Operations;

/// <summary>z = a b.</summary>
public readonly struct Multiply : IBinaryOperation
{
    /// <inheritdoc/>
    public static float Invoke(float a, float b) => a * b;

    /// <inheritdoc/>
    public static Vector<float> Invoke(Vector<float> a, Vector<float> b) => a * b;
}
