namespace ManSharp.Tensors.Kernels;

/// <summary>
/// Batch normalization over all rows of the innermost dimension (channels C, M = N H W rows), together with what
/// follows it in these networks: y = act(gamma * (x - mean) * inverseDeviation + beta + residual),
/// act being ReLU or nothing. <b>Source</b>: Ioffe and Szegedy 2015.
/// </summary>
public interface IBatchNormKernels
{
    /// <summary>
    /// mean[c] = mean of x, inverseDeviation[c] = 1 / sqrt(variance + epsilon) with the biased variance (divided by M).
    /// Running statistics, where given: running = (1 - momentum) * running + momentum * value, the variance unbiased
    /// (divided by M - 1; biased where M = 1).
    /// </summary>
    void BatchNormStatistics(
        Tensor mean, Tensor inverseDeviation, Tensor runningMean, Tensor runningVariance, Tensor x, float epsilon, float momentum);

    /// <summary>inverseDeviation[c] = 1 / sqrt(variance[c] + epsilon): evaluation from running statistics.</summary>
    void InverseDeviation(Tensor inverseDeviation, Tensor variance, float epsilon);

    /// <summary>y = act(gamma * (x - mean) * inverseDeviation + beta + residual); residual may be absent; y may be x.</summary>
    void BatchNormApply(
        Tensor y, Tensor x, Tensor mean, Tensor inverseDeviation, Tensor gamma, Tensor beta, Tensor residual, bool relu);

    /// <summary>
    /// The adjoint under batch statistics. g = dy where y &gt; 0 (all of dy without ReLU); xh = (x - mean) * inverseDeviation;
    /// dbeta (+)= sum g; dgamma (+)= sum g xh; dresidual (+)= g;
    /// dx (+)= gamma * inverseDeviation * (g - mean(g) - xh * mean(g xh)).
    /// dx, dresidual and the pair dgamma, dbeta may be absent; y is absent exactly when there is no ReLU.
    /// dx or dresidual may be dy when its mode is Set; dx may be dresidual when its mode is Add (x is its own residual), so
    /// that dresidual is written first. Scratch: 2 C values.
    /// </summary>
    void BatchNormGradient(
        Tensor dx, Tensor dgamma, Tensor dbeta, Tensor dresidual, Tensor scratch, Tensor dy, Tensor x, Tensor y, Tensor mean,
        Tensor inverseDeviation, Tensor gamma, Write dxWrite, Write parameterWrite, Write residualWrite);
}
