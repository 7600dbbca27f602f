using ManSharp.Datasets;
using Xunit;

namespace ManSharp.Tests.Pure.Datasets;

public class RealImagesTests
{
    [Fact]
    public void Sixty_thousand_small_photographs_open_from_a_compressed_archive()
    {
        using ImageDataset data = ImageDataset.Open(SharedFiles.Find("data/cifar10-jpeg.tar.gz"));
        Assert.Equal((50_000, 10_000), (data.Train.Count, data.Test.Count));
        Assert.Equal((32, 32), (data.Train.Height, data.Train.Width));
        Assert.Equal(10, data.Train.ClassNames.Count);
        Assert.Equal("airplane", data.Train.ClassNames[0]);
        Assert.Empty(data.Skipped);

        // The statistics that the field uses for these images.
        Assert.Equal([0.491f, 0.482f, 0.447f], data.Normalization.Mean, (a, b) => Math.Abs(a - b) < 0.01f);
        Assert.Equal([0.247f, 0.243f, 0.262f], data.Normalization.Deviation, (a, b) => Math.Abs(a - b) < 0.01f);
    }

    [Fact]
    public void Photographs_of_many_sizes_are_scaled_and_cropped()
    {
        string path = SharedFiles.Find("data/imagenet-sample-40.tar");
        using ImageDataset data = ImageDataset.Open(path, new DatasetOptions { Size = 64 });
        Assert.Equal((40, 40), (data.Train.Count, data.Train.ClassNames.Count));
        Assert.Equal((64, 64), (data.Train.Height, data.Train.Width));
        Assert.Empty(data.Skipped);

        using ImageDataset streamed = ImageDataset.Open(path, new DatasetOptions { Size = 64, CacheBytes = 0 });
        byte[] one = new byte[data.Train.ImageBytes], other = new byte[data.Train.ImageBytes];
        for (int i = 0; i < data.Train.Count; i++)
        {
            data.Train.Read(i, one);
            streamed.Train.Read(i, other);
            Assert.Equal(one, other);
        }

        var fault = Assert.Throws<DatasetException>(() => ImageDataset.Open(path));
        Assert.Contains("--size", fault.Message, StringComparison.Ordinal);
    }
}
