using System.Numerics;

namespace ManSharp.Tensors.Kernels;

/// <summary>
/// One function of one value. The scalar members are the only definition of the mathematics: the GPU runs them, and the
/// vector members are tested against them.
/// </summary>
public interface IUnaryOperation
{
    /// <summary>y = f(x).</summary>
    static abstract float Invoke(float x);

    /// <summary>f(x) for every lane.</summary>
    static abstract Vector<float> Invoke(Vector<float> x);

    /// <summary>f'(x), given x and y = f(x).</summary>
    static abstract float Derivative(float x, float y);

    /// <summary>f'(x) for every lane.</summary>
    static abstract Vector<float> Derivative(Vector<float> x, Vector<float> y);
}
