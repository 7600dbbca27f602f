namespace ManSharp.Tensors.Kernels;

/// <summary>Losses and their adjoints. Labels are class indices, exact in float32. A loss is one value.</summary>
public interface ILossKernels
{
    /// <summary>loss[0] = mean over n of log(sum over j of exp(logits[n, j])) - logits[n, labels[n]], in a stable form.</summary>
    void SoftmaxCrossEntropy(Tensor loss, Tensor logits, Tensor labels);

    /// <summary>dlogits[n, j] (+)= upstream[0] / N * (softmax(logits[n])[j] - (j = labels[n])).</summary>
    void SoftmaxCrossEntropyGradient(Tensor dlogits, Tensor upstream, Tensor logits, Tensor labels, Write write);

    /// <summary>
    /// loss[0] = mean over i of -t log(sigmoid(z)) - (1 - t) log(1 - sigmoid(z)), as max(z, 0) - z t + log(1 + exp(-|z|)).
    /// </summary>
    void BinaryCrossEntropy(Tensor loss, Tensor logits, Tensor target);

    /// <summary>dz[i] (+)= upstream[0] / length * (sigmoid(z[i]) - t[i]).</summary>
    void BinaryCrossEntropyGradient(Tensor dlogits, Tensor upstream, Tensor logits, Tensor target, Write write);

    /// <summary>y[n, :] = x[n, :] / max(|x[n, :]|, 1e-12); norms[n] = |x[n, :]|.</summary>
    void NormalizeRows(Tensor y, Tensor norms, Tensor x);

    /// <summary>dx[n, :] (+)= (dy - y (y . dy)) / max(norms[n], 1e-12), rows whose norm is below 1e-12 without the second term.</summary>
    void NormalizeRowsGradient(Tensor dx, Tensor dy, Tensor y, Tensor norms, Write write);

    /// <summary>
    /// Supervised contrastive loss of one view from similarity s[i, j] = z_i . z_j of normalized rows:
    /// loss[0] = mean over i of -(1 / |P(i)|) sum over j in P(i) of (s_ij / T - log(sum over a != i of exp(s_ia / T))),
    /// P(i) the others of i's class. What an anchor without a partner counts: see <c>docs/design.md</c>.
    /// <b>Source</b>: Khosla et al. 2020, equation 2.
    /// </summary>
    void SupervisedContrastive(Tensor loss, Tensor similarity, Tensor labels, float temperature);

    /// <summary>dsimilarity[i, j] = upstream[0] * the derivative of <see cref="SupervisedContrastive"/> by s_ij; the diagonal is 0.</summary>
    void SupervisedContrastiveGradient(Tensor dsimilarity, Tensor upstream, Tensor similarity, Tensor labels, float temperature);
}
