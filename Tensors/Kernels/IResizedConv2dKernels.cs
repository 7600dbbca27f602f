namespace ManSharp.Tensors.Kernels;

/// <summary>
/// A convolution of a bilinearly resized image without the resized image. Mixing channels commutes with resizing, so
/// each tap of the kernel is applied at the small size (one matrix product makes all taps), and only their few output
/// channels are resized, shifted and summed. The values are those of resizing first, up to rounding.
/// </summary>
public interface IResizedConv2dKernels
{
    /// <summary>columns[c, (r, s, k)] = w[r, s, c, k]: the weights as one matrix [C, R S K].</summary>
    void GatherTaps(Tensor columns, Tensor w, ResizedConv2dGeometry geometry);

    /// <summary>dw[r, s, c, k] (+)= dcolumns[c, (r, s, k)].</summary>
    void ScatterTaps(Tensor dw, Tensor dcolumns, ResizedConv2dGeometry geometry, Write write);

    /// <summary>
    /// y[n, p, q, k] = bias[k] + sum over r, s of resize(taps[.., (r, s, k)])[n, p + r - (R-1)/2, q + s - (S-1)/2], zero
    /// outside the resized image; bias may be absent. Resizing is bilinear with aligned corners.
    /// </summary>
    void ResizeTaps(Tensor y, Tensor taps, Tensor bias, ResizedConv2dGeometry geometry);

    /// <summary>dtaps = the transpose of <see cref="ResizeTaps"/> applied to dy.</summary>
    void ResizeTapsGradient(Tensor dtaps, Tensor dy, ResizedConv2dGeometry geometry);
}
