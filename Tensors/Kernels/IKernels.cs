namespace ManSharp.Tensors.Kernels;

/// <summary>
/// Everything a device can compute: the sum of one contract a kernel family. Kernels write to the destinations they
/// are given, allocate nothing, and trust their arguments: shapes were checked where the geometry was made.
/// Argument order: outputs, saved statistics, inputs, geometry, write mode.
/// </summary>
public interface IKernels :
    IMemoryKernels,
    IElementwiseKernels,
    IReduceKernels,
    IGemmKernels,
    IConv2dKernels,
    IResizedConv2dKernels,
    IPool2dKernels,
    IBatchNormKernels,
    IResizeKernels,
    ILossKernels,
    IUpdateKernels
{
    /// <summary>How many kernels were called since the device was made.</summary>
    long Calls { get; }

    /// <summary>
    /// The arithmetic of the convolutions and matrix products called since the device was made: two operations a
    /// multiplication and addition, as written (not as a clever kernel may do it).
    /// </summary>
    double Flops { get; }
}
