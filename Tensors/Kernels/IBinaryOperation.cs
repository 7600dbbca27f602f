using System.Numerics;

namespace ManSharp.Tensors.Kernels;

/// <summary>One function of two values; the scalar member is its definition.</summary>
public interface IBinaryOperation
{
    /// <summary>z = f(a, b).</summary>
    static abstract float Invoke(float a, float b);

    /// <summary>f(a, b) for every lane.</summary>
    static abstract Vector<float> Invoke(Vector<float> a, Vector<float> b);
}
