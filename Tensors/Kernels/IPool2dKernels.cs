namespace ManSharp.Tensors.Kernels;

/// <summary>Pooling over windows and over whole images.</summary>
public interface IPool2dKernels
{
    /// <summary>y[n, p, q, c] = mean of x over the pixels of the window that lie inside the image.</summary>
    void AveragePool(Tensor y, Tensor x, PoolGeometry geometry);

    /// <summary>dx (+)= dy of every window that holds the pixel, divided by the number of that window's pixels inside.</summary>
    void AveragePoolGradient(Tensor dx, Tensor dy, PoolGeometry geometry, Write write);

    /// <summary>y[n, c] = mean over h, w of x[n, h, w, c].</summary>
    void GlobalAveragePool(Tensor y, Tensor x);

    /// <summary>dx[n, h, w, c] (+)= dy[n, c] / (H W).</summary>
    void GlobalAveragePoolGradient(Tensor dx, Tensor dy, Write write);

    /// <summary>
    /// y[n, p, q, c] = greatest of x in the window (the first of equals in row-major order); places[n, p, q, c] = its
    /// place r * S + s in the window, as a float.
    /// </summary>
    void MaxPool(Tensor y, Tensor places, Tensor x, PoolGeometry geometry);

    /// <summary>dx (+)= dy of every window whose greatest value the pixel was.</summary>
    void MaxPoolGradient(Tensor dx, Tensor dy, Tensor places, PoolGeometry geometry, Write write);
}
