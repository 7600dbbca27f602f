namespace ManSharp.Tensors.Kernels;

/// <summary>Matrix products and what belongs to linear layers.</summary>
public interface IGemmKernels
{
    /// <summary>The number of float32 values of scratch memory that a product wants; 0 for none.</summary>
    int GemmScratch(GemmGeometry geometry);

    /// <summary>c[M, N] (+)= op(a)[M, K] op(b)[K, N] + bias[N]; bias may be absent.</summary>
    void Gemm(Tensor c, Tensor scratch, Tensor a, Tensor b, Tensor bias, GemmGeometry geometry, Write write);
}
