using ManSharp.Datasets;
using Xunit;

namespace ManSharp.Tests.Pure.Datasets;

public sealed class FolderDatasetTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Train_and_test_folders_are_the_splits_in_ordinal_order()
    {
        _folder.WriteClasses("train/", classes: 3, images: 4);
        _folder.WriteClasses("test/", classes: 3, images: 2);
        _folder.Write("train/labels.txt", [1]);
        using ImageDataset data = Open();
        Assert.Equal(["class0", "class1", "class2"], data.Train.ClassNames);
        Assert.Equal(["class0/0", "class0/1", "class0/2", "class0/3", "class1/0"], Describe(data.Train)[..5]);
        Assert.Equal(12, data.Train.Count);
        Assert.Equal(["class0/0", "class0/1", "class1/0", "class1/1", "class2/0", "class2/1"], Describe(data.Test));
        Assert.Empty(data.Skipped);
        Assert.Equal(Path.GetFileName(_folder.Path), data.Name);
        Assert.Equal(1.5f / 255, data.Normalization.Mean[0], 1e-6f);
        Assert.Equal(MathF.Sqrt(1.25f) / 255, data.Normalization.Deviation[0], 1e-6f);
        Assert.Equal(7f / 255, data.Normalization.Mean[2], 1e-6f);
        Assert.Equal(1f / 255, data.Normalization.Deviation[2], 1e-6f);
    }

    [Fact]
    public void Val_serves_as_test()
    {
        _folder.WriteClasses("root/train/", 2, 3);
        _folder.WriteClasses("root/val/", 2, 1);
        using ImageDataset data = Open();
        Assert.Equal((6, 2), (data.Train.Count, data.Test.Count));
    }

    [Fact]
    public void Without_test_every_fifth_image_is_held_back()
    {
        _folder.WriteClasses("", 2, 11);
        using ImageDataset data = Open();
        Assert.Equal(["class0/4", "class0/9", "class1/4", "class1/9"], Describe(data.Test));
        Assert.Equal(18, data.Train.Count);
    }

    [Fact]
    public void Of_few_images_the_last_is_held_back_and_of_one_none()
    {
        _folder.WriteClasses("", 1, 3);
        _folder.Write("one/0.png", PngFile.Plain(4, 4, 0, 1, 0));
        using ImageDataset data = Open();
        Assert.Equal(["class0/2"], Describe(data.Test));
        Assert.Equal(3, data.Train.Count);
    }

    [Fact]
    public void A_limit_takes_equal_shares()
    {
        _folder.WriteClasses("train/", 3, 5);
        _folder.WriteClasses("test/", 3, 5);
        using ImageDataset data = Open(new DatasetOptions { Limit = 7 });
        Assert.Equal(
            ["class0/0", "class0/1", "class0/2", "class1/0", "class1/1", "class2/0", "class2/1"], Describe(data.Train));
        Assert.Equal(15, data.Test.Count);
    }

    [Theory]
    [InlineData(1L << 30)]
    [InlineData(0L)]
    public void Unreadable_images_are_skipped_counted_and_named(long cacheBytes)
    {
        _folder.WriteClasses("train/", 2, 3);
        _folder.WriteClasses("test/", 2, 2);
        string bad = _folder.Write("train/class0/001.png", [1, 2, 3]);
        string empty = _folder.Write("test/class1/000.png", []);
        using ImageDataset data = Open(new DatasetOptions { CacheBytes = cacheBytes });
        Assert.Equal(["class0/0", "class0/2", "class1/0", "class1/1", "class1/2"], Describe(data.Train));
        Assert.Equal(["class0/0", "class0/1", "class1/1"], Describe(data.Test));
        Assert.Equal([bad, empty], data.Skipped.Select(image => image.File));
        Assert.Contains("3 bytes that is neither", data.Skipped[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Strict_refuses_the_first_unreadable_image()
    {
        _folder.WriteClasses("train/", 2, 30);
        string first = _folder.Write("train/class0/005.png", [1, 2, 3]);
        _folder.Write("train/class1/000.png", []);
        Fails(new DatasetOptions { Strict = true, Threads = 4 }, first, "neither", "--strict");
    }

    [Fact]
    public void An_image_outside_of_class_folders_is_skipped_and_named()
    {
        _folder.WriteClasses("train/", 2, 2);
        string stray = _folder.Write("cover.png", PngFile.Plain(4, 4, 0, 0, 0));
        using (ImageDataset data = Open())
            Assert.Equal([stray], data.Skipped.Select(image => image.File));
        Fails(new DatasetOptions { Strict = true }, stray, "--strict");
    }

    [Fact]
    public void Images_of_mixed_size_need_a_size()
    {
        _folder.WriteClasses("train/", 2, 2);
        _folder.Write("train/class0/big.png", PngFile.Plain(40, 20, 1, 2, 3));
        Fails(new DatasetOptions(), "2 sizes, such as 4x4 and 40x20", "--size");
        using ImageDataset data = Open(new DatasetOptions { Size = 8 });
        Assert.Equal((8, 8), (data.Train.Height, data.Train.Width));
        var rgb = new byte[data.Test.ImageBytes];
        data.Test.Read(0, rgb);
        Assert.Equal([1, 2, 3], rgb[..3]);
    }

    [Fact]
    public void Small_images_that_almost_all_agree_keep_their_size()
    {
        _folder.WriteClasses("train/", 2, 10);
        _folder.Write("train/class0/big.png", PngFile.Plain(9, 7, 1, 2, 3));
        using ImageDataset data = Open();
        Assert.Equal((4, 4), (data.Train.Height, data.Train.Width));
    }

    [Fact]
    public void A_path_that_does_not_exist_is_named() =>
        Fails(Path.Combine(_folder.Path, "none"), new DatasetOptions(), "none", "does not exist", "Check the path");

    [Fact]
    public void An_empty_folder_is_refused() => Fails(new DatasetOptions(), _folder.Path, "empty", "CLASS/FILE.jpg");

    [Fact]
    public void A_folder_without_images_is_refused_with_the_number_of_files()
    {
        _folder.Write("a/readme.txt", [1]);
        _folder.Write("b/readme.txt", [1]);
        Fails(new DatasetOptions(), "2 files, none of them an image");
    }

    [Fact]
    public void A_single_class_is_refused_by_name()
    {
        _folder.WriteClasses("train/", 1, 3);
        Fails(new DatasetOptions(), "at least 2 classes", "class0");
    }

    [Fact]
    public void A_test_class_without_training_images_is_refused_by_name()
    {
        _folder.WriteClasses("train/", 2, 3);
        _folder.WriteClasses("test/", 3, 3);
        Fails(new DatasetOptions(), "class2", "no training images");
    }

    [Fact]
    public void A_test_folder_alone_is_refused()
    {
        _folder.WriteClasses("test/", 2, 3);
        Fails(new DatasetOptions(), "training images", "train/CLASS");
    }

    [Fact]
    public void Nothing_but_unreadable_images_is_refused_with_their_number()
    {
        _folder.Write("a/1.jpg", [1]);
        _folder.Write("b/1.jpg", [1, 2]);
        Fails(new DatasetOptions(), "2 unreadable ones", "1.jpg");
    }

    [Fact]
    public void A_file_that_is_no_archive_is_refused()
    {
        byte[] image = PngFile.Rgb(32, 32, Enumerable.Range(0, 32 * 32 * 3).Select(i => (byte)(i * i)).ToArray());
        foreach (byte[] content in new[] { "hello"u8.ToArray(), image, [] })
        {
            string path = _folder.Write("notes.txt", content);
            Fails(path, new DatasetOptions(), "notes.txt", ".tar.gz or .tgz archive", "does not begin like one");
        }
    }

    [Fact]
    public void Options_out_of_range_are_refused_with_the_value()
    {
        var fault = Assert.Throws<ArgumentOutOfRangeException>(() => Open(new DatasetOptions { Size = 0 }));
        Assert.Contains("Got 0", fault.Message, StringComparison.Ordinal);
    }

    private ImageDataset Open(DatasetOptions? options = null) => ImageDataset.Open(_folder.Path, options);

    private void Fails(DatasetOptions options, params string[] parts) => Fails(_folder.Path, options, parts);

    private static void Fails(string path, DatasetOptions options, params string[] parts)
    {
        var fault = Assert.Throws<DatasetException>(() => ImageDataset.Open(path, options));
        Assert.All(parts, part => Assert.Contains(part, fault.Message, StringComparison.Ordinal));
    }

    private static string[] Describe(ImageSet set)
    {
        var rgb = new byte[set.ImageBytes];
        return Enumerable.Range(0, set.Count).Select(i =>
        {
            set.Read(i, rgb);
            Assert.Equal(rgb[1], set.Label(i));
            return $"{set.ClassNames[set.Label(i)]}/{rgb[0]}";
        }).ToArray();
    }
}
