namespace ManSharp.Tensors.Kernels;

/// <summary>Operations on every value by itself, from the operation structs that all backends share.</summary>
public interface IElementwiseKernels
{
    /// <summary>y[i] = op(x[i]); y may be x.</summary>
    void Unary<TOperation>(Tensor y, Tensor x) where TOperation : struct, IUnaryOperation;

    /// <summary>dx[i] (+)= dy[i] * op'(x[i], y[i]); dx may be dy.</summary>
    void UnaryGradient<TOperation>(Tensor dx, Tensor dy, Tensor x, Tensor y, Write write)
        where TOperation : struct, IUnaryOperation;

    /// <summary>z[i] = op(a[i], b[i]); z may be a or b.</summary>
    void Binary<TOperation>(Tensor z, Tensor a, Tensor b) where TOperation : struct, IBinaryOperation;

    /// <summary>y[i] (+)= factor * x[i]; y may be x.</summary>
    void Scale(Tensor y, Tensor x, float factor, Write write);

    /// <summary>y[n, c] = scale[c] * x[n, c] + shift[c] over the innermost dimension; y may be x.</summary>
    void Affine(Tensor y, Tensor x, Tensor scale, Tensor shift);

    /// <summary>
    /// y[i] (+)= x[i] / (1 - probability) where the number that belongs to i is at least probability, else 0: the top 24 bits of
    /// <see cref="CounterRandom.At"/>(key, i) over 2^24. Its own adjoint; y may be x when its mode is Set.
    /// </summary>
    void Dropout(Tensor y, Tensor x, float probability, ulong key, Write write);
}
