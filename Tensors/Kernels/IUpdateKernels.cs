namespace ManSharp.Tensors.Kernels;

/// <summary>Updates of parameters: one pass over a block's flat buffers each.</summary>
public interface IUpdateKernels
{
    /// <summary>
    /// g = gradient + weightDecay * w; v = momentum * v + g; w = w - rate * (nesterov ? g + momentum * v : v).
    /// <b>Source</b>: Sutskever et al. 2013, in the form of torch.optim.SGD.
    /// </summary>
    void SgdStep(Tensor w, Tensor v, Tensor gradient, float rate, float momentum, float weightDecay, bool nesterov);

    /// <summary>average[i] = momentum * average[i] + (1 - momentum) * value[i].</summary>
    void EmaUpdate(Tensor average, Tensor value, float momentum);
}
