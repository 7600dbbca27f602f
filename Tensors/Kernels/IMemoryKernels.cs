namespace ManSharp.Tensors.Kernels;

/// <summary>Filling and moving values.</summary>
public interface IMemoryKernels
{
    /// <summary>y[i] = value.</summary>
    void Fill(Tensor y, float value);

    /// <summary>y[i] = x[i], both on this device, of one length.</summary>
    void Copy(Tensor y, Tensor x);

    /// <summary>y[i] = x[i] from host memory.</summary>
    void Upload(Tensor y, ReadOnlySpan<float> x);

    /// <summary>y[i] = x[i] into host memory; waits until x is computed.</summary>
    void Download(Span<float> y, Tensor x);
}
