using ManSharp.LocalLearning.Analysis;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Pure.LocalLearning;

public sealed class LinearCkaTests
{
    private const int Digits = 10;

    [Fact]
    public void By_hand_it_is_the_ratio_of_the_norms()
    {
        // Centred already. Y^T X = [4, 4], so |Y^T X|^2 = 32; X^T X = 4 I, norm sqrt(32); Y^T Y = [8].
        FeatureMatrix x = Matrix([[1, 1], [-1, 1], [1, -1], [-1, -1]]);
        FeatureMatrix y = Matrix([[2], [0], [0], [-2]]);
        Assert.Equal(32 / (Math.Sqrt(32) * 8), LinearCka.Of(x, y), Digits);
        // One feature each: the squared correlation. (1, 2, 3) and (1, 3, 2): covariance 1, variances 2 and 2.
        Assert.Equal(0.25, LinearCka.Of(Matrix([[1], [2], [3]]), Matrix([[1], [3], [2]])), Digits);
        Assert.Equal(0, LinearCka.Of(Matrix([[1], [-1], [1], [-1]]), Matrix([[1], [1], [-1], [-1]])), Digits);
    }

    [Fact]
    public void It_is_one_with_itself_and_with_rotated_scaled_and_moved_features()
    {
        FeatureMatrix x = Random(images: 50, features: 7, stream: 1);
        Assert.Equal(1, LinearCka.Of(x, x), Digits);
        FeatureMatrix rotated = Changed(x, (image, feature) =>
        {
            // A rotation by 0.3 of features 1 and 4, the others change places.
            (double s, double c) = Math.SinCos(0.3);
            return feature switch
            {
                1 => c * x[image, 1] - s * x[image, 4],
                4 => s * x[image, 1] + c * x[image, 4],
                _ => x[image, new[] { 6, 1, 5, 0, 4, 3, 2 }[feature]],
            };
        });
        Assert.Equal(1, LinearCka.Of(x, rotated), Digits);
        FeatureMatrix moved = Changed(x, (image, feature) => -3 * x[image, feature] + 100 * feature);
        Assert.Equal(1, LinearCka.Of(x, moved), Digits);
        // One feature stretched is no rotation.
        Assert.True(LinearCka.Of(x, Changed(x, (image, feature) => x[image, feature] * (feature == 0 ? 10 : 1))) < 0.9);
    }

    [Theory]
    [InlineData(3, 1, 1)]
    [InlineData(20, 5, 33)]
    [InlineData(31, 40, 17)]
    public void It_is_what_the_definition_by_images_gives(int images, int features, int others)
    {
        FeatureMatrix x = Random(images, features, stream: 1), y = Random(images, others, stream: 2);
        // The same number from the images' products K = X X^T and L = Y Y^T: <K, L> / (|K| |L|).
        double[,] k = Products(x), l = Products(y);
        Assert.Equal(Inner(k, l) / Math.Sqrt(Inner(k, k) * Inner(l, l)), LinearCka.Of(x, y), Digits);
        Assert.Equal(LinearCka.Of(x, y), LinearCka.Of(y, x), Digits);
    }

    [Fact]
    public void Shuffled_images_show_what_chance_gives()
    {
        FeatureMatrix x = Random(images: 200, features: 4, stream: 3);
        int[] order = [.. Enumerable.Range(0, 200)];
        new CounterRandom(1, 2, 3).Shuffle(order);
        FeatureMatrix shuffled = x.Reordered(order);
        Assert.Equal(x[order[17], 2], shuffled[17, 2]);
        Assert.InRange(LinearCka.Of(x, shuffled), 0, 0.1);
        Assert.Equal(1, LinearCka.Of(x.Reordered(order), shuffled), Digits);
    }

    [Fact]
    public void Features_that_are_the_same_for_all_images_are_like_nothing()
    {
        FeatureMatrix constant = Changed(Random(5, 2, 1), (_, feature) => feature);
        Assert.Equal(0, LinearCka.Of(constant, Random(5, 2, 1)));
        Assert.Equal(0, LinearCka.Of(constant, constant));
    }

    [Fact]
    public void Other_numbers_of_images_are_refused()
    {
        var exception = Assert.Throws<ArgumentException>(() => LinearCka.Of(Random(5, 2, 1), Random(6, 2, 1)));
        Assert.Contains("Got 5 and 6 images", exception.Message);
    }

    private static FeatureMatrix Matrix(double[][] rows)
    {
        var matrix = new FeatureMatrix(rows.Length, rows[0].Length);
        return Changed(matrix, (image, feature) => rows[image][feature]);
    }

    private static FeatureMatrix Random(int images, int features, ulong stream)
    {
        var matrix = new FeatureMatrix(images, features);
        var random = new CounterRandom(7, stream, 0);
        for (int image = 0; image < images; image++)
            for (int feature = 0; feature < features; feature++)
                matrix[image, feature] = random.NextNormal() + feature;
        return matrix;
    }

    private static FeatureMatrix Changed(FeatureMatrix x, Func<int, int, double> value)
    {
        var changed = new FeatureMatrix(x.Images, x.Features);
        for (int image = 0; image < x.Images; image++)
            for (int feature = 0; feature < x.Features; feature++)
                changed[image, feature] = value(image, feature);
        return changed;
    }

    private static double[,] Products(FeatureMatrix x)
    {
        double[] means = [.. Enumerable.Range(0, x.Features).Select(
            feature => Enumerable.Range(0, x.Images).Average(image => x[image, feature]))];
        var products = new double[x.Images, x.Images];
        for (int a = 0; a < x.Images; a++)
            for (int b = 0; b < x.Images; b++)
                for (int feature = 0; feature < x.Features; feature++)
                    products[a, b] += (x[a, feature] - means[feature]) * (x[b, feature] - means[feature]);
        return products;
    }

    private static double Inner(double[,] a, double[,] b) =>
        a.Cast<double>().Zip(b.Cast<double>(), (x, y) => x * y).Sum();
}
