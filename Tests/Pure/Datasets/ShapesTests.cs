using System.Numerics.Tensors;
using ManSharp.Datasets;
using Xunit;

namespace ManSharp.Tests.Pure.Datasets;

public class ShapesTests
{
    [Fact]
    public void The_default_has_ten_balanced_classes_of_32x32()
    {
        using ImageDataset shapes = ImageDataset.Open("shapes");
        Assert.Equal((10_000, 2_000), (shapes.Train.Count, shapes.Test.Count));
        Assert.Equal((32, 32), (shapes.Train.Height, shapes.Train.Width));
        Assert.Equal(10, shapes.Train.ClassNames.Count);
        Assert.Empty(shapes.Skipped);
        int[] counts = new int[10];
        for (int i = 0; i < shapes.Test.Count; i++)
            counts[shapes.Test.Label(i)]++;
        Assert.All(counts, count => Assert.Equal(200, count));
        Assert.All(shapes.Normalization.Mean, mean => Assert.InRange(mean, 0.4f, 0.6f));
        Assert.All(shapes.Normalization.Deviation, deviation => Assert.InRange(deviation, 0.2f, 0.4f));
    }

    [Fact]
    public void Images_depend_on_the_seed_the_split_and_the_index_only()
    {
        byte[] one = Draw(seed: 3, threads: 1, count: 40);
        Assert.Equal(one, Draw(seed: 3, threads: 4, count: 40));
        Assert.Equal(one, Draw(seed: 3, threads: 2, count: 70)[..one.Length]);
        Assert.NotEqual(one, Draw(seed: 4, threads: 1, count: 40));

        using ImageDataset shapes = ImageDataset.Open(
            "shapes", new DatasetOptions { ShapesTrainCount = 10, ShapesTestCount = 10 });
        Assert.NotEqual(ReadAll(shapes.Train), ReadAll(shapes.Test));
    }

    [Fact]
    public void Every_outline_is_clearly_visible()
    {
        foreach (Shape shape in Enum.GetValues<Shape>())
        {
            int inside = 0;
            for (int i = 0; i < 10_000; i++)
                inside += ShapeOutline.Contains(shape, ((i % 100) - 49.5f) / 50, ((i / 100) - 49.5f) / 50) ? 1 : 0;

            // At the smallest radius of 8 pixels the square around the shape has 256 pixels.
            Assert.True(inside * 256 / 10_000 >= 50, $"{shape} covers {inside} of 10000");
        }
    }

    [Fact]
    public void A_linear_classifier_stays_between_chance_and_one_half()
    {
        using ImageDataset shapes = ImageDataset.Open(
            "shapes", new DatasetOptions { Seed = 1, ShapesTrainCount = 4_000, ShapesTestCount = 1_000 });
        float accuracy = LinearAccuracy(shapes, epochs: 10, rate: 0.002f);
        TestContext.Current.TestOutputHelper?.WriteLine($"linear accuracy {accuracy:P1}");
        Assert.InRange(accuracy, 0.11f, 0.5f);
    }

    [Fact]
    public void Another_size_is_refused_with_both_sizes()
    {
        var options = new DatasetOptions { Size = 64 };
        var fault = Assert.Throws<DatasetException>(() => ImageDataset.Open("shapes", options));
        Assert.Contains("32x32", fault.Message, StringComparison.Ordinal);
        Assert.Contains("64", fault.Message, StringComparison.Ordinal);
    }

    private static byte[] Draw(ulong seed, int threads, int count)
    {
        using ImageDataset shapes = ImageDataset.Open("shapes", new DatasetOptions
        {
            Seed = seed,
            Threads = threads,
            ShapesTrainCount = count,
            ShapesTestCount = 10,
        });
        return ReadAll(shapes.Train);
    }

    private static byte[] ReadAll(ImageSet set)
    {
        var all = new byte[set.Count * set.ImageBytes];
        for (int i = 0; i < set.Count; i++)
            set.Read(i, all.AsSpan(i * set.ImageBytes, set.ImageBytes));
        return all;
    }

    // Softmax regression on normalized pixels, one image a step: w_k -= rate * (p_k - [k = label]) * x.
    private static float LinearAccuracy(ImageDataset data, int epochs, float rate)
    {
        const int Classes = 10;
        int length = data.Train.ImageBytes;
        var weights = new float[Classes][];
        for (int k = 0; k < Classes; k++)
            weights[k] = new float[length];
        var scores = new float[Classes];
        using var loader = new DataLoader(data.Train, 1, Augmentation.None, 1, true, dropLast: true, threads: 1);
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            foreach (Batch batch in loader.Epoch(epoch))
            {
                Score(batch.Pixels);
                TensorPrimitives.SoftMax(scores, scores);
                for (int k = 0; k < Classes; k++)
                {
                    float error = scores[k] - (k == batch.Labels[0] ? 1 : 0);
                    TensorPrimitives.MultiplyAdd(batch.Pixels, -rate / (1 + epoch) * error, weights[k], weights[k]);
                }
            }
        }

        int right = 0;
        using var test = new DataLoader(data.Test, 1, Augmentation.None, 1, shuffle: false, dropLast: true, threads: 1);
        foreach (Batch batch in test.Epoch(0))
        {
            Score(batch.Pixels);
            right += TensorPrimitives.IndexOfMax<float>(scores) == batch.Labels[0] ? 1 : 0;
        }

        return right / (float)data.Test.Count;

        void Score(float[] pixels)
        {
            TensorPrimitives.Subtract(pixels, 0.5f, pixels);
            for (int k = 0; k < Classes; k++)
                scores[k] = TensorPrimitives.Dot<float>(weights[k], pixels);
        }
    }
}
