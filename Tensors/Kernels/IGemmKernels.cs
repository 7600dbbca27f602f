namespace ManSharp.Tensors.Kernels;

/// <summary>Matrix products and what belongs to linear layers.</summary>
public interface IGemmKernels
{
    /// <summary>c[M, N] (+)= op(a)[M, K] op(b)[K, N] + bias[N]; bias may be absent.</summary>
    void Gemm(Tensor c, Tensor a, Tensor b, Tensor bias, GemmGeometry geometry, Write write);
}
