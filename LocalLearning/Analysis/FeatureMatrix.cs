namespace ManSharp.LocalLearning.Analysis;

/// <summary>X[images, features] on the host, in double, one feature's values over all images side by side.</summary>
public sealed class FeatureMatrix
{
    private readonly double[] values;

    /// <summary>A matrix of zeros.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A length is not positive.</exception>
    public FeatureMatrix(int images, int features)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(images);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(features);
        (Images, Features) = (images, features);
        values = new double[(long)images * features];
    }

    /// <summary>Rows.</summary>
    public int Images { get; }

    /// <summary>Columns.</summary>
    public int Features { get; }

    /// <summary>X[image, feature].</summary>
    public double this[int image, int feature]
    {
        get => values[feature * Images + image];
        set => values[feature * Images + image] = value;
    }

    /// <summary>One feature of all images.</summary>
    public ReadOnlySpan<double> Feature(int feature) => values.AsSpan(feature * Images, Images);

    /// <summary>Writes the features of one image.</summary>
    public void Set(int image, ReadOnlySpan<float> features)
    {
        for (int feature = 0; feature < Features; feature++)
            this[image, feature] = features[feature];
    }

    /// <summary>X[image, feature] minus the feature's mean over the images, as a matrix of its own.</summary>
    public FeatureMatrix Centred()
    {
        var centred = new FeatureMatrix(Images, Features);
        for (int feature = 0; feature < Features; feature++)
        {
            double sum = 0;
            foreach (double value in Feature(feature))
                sum += value;
            for (int image = 0; image < Images; image++)
                centred[image, feature] = this[image, feature] - sum / Images;
        }
        return centred;
    }

    /// <summary>The same rows in another order: row i is this matrix's row order[i].</summary>
    public FeatureMatrix Reordered(ReadOnlySpan<int> order)
    {
        var reordered = new FeatureMatrix(Images, Features);
        for (int feature = 0; feature < Features; feature++)
            for (int image = 0; image < Images; image++)
                reordered[image, feature] = this[order[image], feature];
        return reordered;
    }
}
