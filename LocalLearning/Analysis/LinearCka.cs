using System.Numerics.Tensors;

namespace ManSharp.LocalLearning.Analysis;

/// <summary>
/// Linear centred kernel alignment of two sets of features of the same images,
/// CKA(X, Y) = |Y^T X|^2 / (|X^T X| |Y^T Y|), Frobenius norms, features centred over the images. It is 1 for features
/// that are rotations or multiples of each other, and from 0 to 1 otherwise. With as many features as images it is far
/// above 0 for unrelated features, too: compare it with that of shuffled images.
/// <b>Source</b>: Kornblith et al. 2019, Similarity of Neural Network Representations Revisited, section 3.
/// </summary>
public static class LinearCka
{
    // This many columns of 2000 images stay in the second-level cache while all columns of the other matrix pass.
    private const int ColumnsAtOnce = 16;

    /// <summary>The alignment; 0 where all images have the same features.</summary>
    /// <param name="x">[images, features].</param>
    /// <param name="y">[images, features]: the same images in the same order; the features may be others.</param>
    /// <exception cref="ArgumentException">The numbers of images differ.</exception>
    public static double Of(FeatureMatrix x, FeatureMatrix y)
    {
        if (x.Images != y.Images)
            throw new ArgumentException(
                $"LinearCka: features of the same images were expected. Got {x.Images} and {y.Images} images. "
                + "Take both from the same images.");
        (FeatureMatrix a, FeatureMatrix b) = (x.Centred(), y.Centred());
        double scale = Math.Sqrt(SquaredNorm(a, a)) * Math.Sqrt(SquaredNorm(b, b));
        return scale == 0 ? 0 : SquaredNorm(a, b) / scale;
    }

    // |B^T A|^2: the squared products of every column of A with every column of B, added in the order of A's columns.
    private static double SquaredNorm(FeatureMatrix a, FeatureMatrix b)
    {
        double[] ofColumns = new double[a.Features];
        int chunks = (a.Features + ColumnsAtOnce - 1) / ColumnsAtOnce;
        Parallel.For(0, chunks, chunk =>
        {
            int end = Math.Min((chunk + 1) * ColumnsAtOnce, a.Features);
            for (int j = 0; j < b.Features; j++)
                for (int i = chunk * ColumnsAtOnce; i < end; i++)
                {
                    double product = TensorPrimitives.Dot(a.Feature(i), b.Feature(j));
                    ofColumns[i] += product * product;
                }
        });
        double sum = 0;
        foreach (double ofColumn in ofColumns)
            sum += ofColumn;
        return sum;
    }
}
