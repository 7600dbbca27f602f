namespace ManSharp.Tensors.Kernels;

/// <summary>The passes of a convolution; each has a scratch buffer of its own size.</summary>
public enum Conv2dPass
{
    /// <summary>y from x and w.</summary>
    Forward,
    /// <summary>dx from dy and w.</summary>
    InputGradient,
    /// <summary>dw from x and dy.</summary>
    WeightGradient,
}

/// <summary>
/// Two-dimensional convolution (cross-correlation) over NHWC images with HWIO weights, and its two adjoints.
/// Any kernel, stride, padding and number of groups; c counts within the group of k.
/// </summary>
public interface IConv2dKernels
{
    /// <summary>The number of float32 values of scratch memory that a pass wants; 0 for none.</summary>
    int Conv2dScratch(Conv2dGeometry geometry, Conv2dPass pass);

    /// <summary>
    /// y[n, p, q, k] = bias[k] + sum over r, s, c of x[n, p*stride + r - padding, q*stride + s - padding, c] * w[r, s, c, k];
    /// zero outside x; bias may be absent.
    /// </summary>
    void Conv2dForward(Tensor y, Tensor scratch, Tensor x, Tensor w, Tensor bias, Conv2dGeometry geometry);

    /// <summary>dx[n, h, w, c] (+)= sum over k, r, s of dy[n, p, q, k] * w[r, s, c, k] where p*stride + r - padding = h, q likewise.</summary>
    void Conv2dInputGradient(Tensor dx, Tensor scratch, Tensor dy, Tensor w, Conv2dGeometry geometry, Write write);

    /// <summary>dw[r, s, c, k] (+)= sum over n, p, q of x[n, p*stride + r - padding, q*stride + s - padding, c] * dy[n, p, q, k].</summary>
    void Conv2dWeightGradient(Tensor dw, Tensor scratch, Tensor x, Tensor dy, Conv2dGeometry geometry, Write write);
}
