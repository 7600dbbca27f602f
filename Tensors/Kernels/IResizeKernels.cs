namespace ManSharp.Tensors.Kernels;

/// <summary>Bilinear interpolation with aligned corners.</summary>
public interface IResizeKernels
{
    /// <summary>y[n, p, q, c] = the four neighbours of (p (H-1)/(P-1), q (W-1)/(Q-1)) in x, weighted by closeness.</summary>
    void ResizeBilinear(Tensor y, Tensor x, ResizeGeometry geometry);

    /// <summary>dx (+)= the transpose of <see cref="ResizeBilinear"/> applied to dy, summed in row order of dy.</summary>
    void ResizeBilinearGradient(Tensor dx, Tensor dy, ResizeGeometry geometry, Write write);
}
