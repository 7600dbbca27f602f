namespace ManSharp.Tensors.Kernels;

/// <summary>Sums over dimensions. Chunks and their order are fixed: results do not depend on the number of threads.</summary>
public interface IReduceKernels
{
    /// <summary>y[c] (+)= sum over n of x[n, c], rows of the innermost dimension.</summary>
    void SumRows(Tensor y, Tensor x, Write write);

    /// <summary>y[0] (+)= sum over i of x[i].</summary>
    void Sum(Tensor y, Tensor x, Write write);

    /// <summary>y[0] = number of rows n for which the greatest of logits[n, :] (the first of equals) is at labels[n].</summary>
    void CountCorrect(Tensor y, Tensor logits, Tensor labels);
}
