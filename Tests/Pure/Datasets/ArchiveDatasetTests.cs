using ManSharp.Datasets;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Pure.Datasets;

public sealed class ArchiveDatasetTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.tar", 1L << 30)]
    [InlineData("a.tar", 0L)]
    [InlineData("a.tar.gz", 1L << 30)]
    [InlineData("a.tgz", 0L)]
    public void An_archive_is_read_in_place_in_ordinal_order(string name, long cacheBytes)
    {
        TarFile tar = Good();
        string path = _folder.Write(name, name == "a.tar" ? tar.ToArray() : tar.ToGzip());
        using ImageDataset data = ImageDataset.Open(path, new DatasetOptions { CacheBytes = cacheBytes });
        Assert.Equal(name, data.Name);
        Assert.Equal(["cat", "dog"], data.Train.ClassNames);
        Assert.Equal([1, 2, 3, 4], Reds(data.Train));
        Assert.Equal([5, 6], Reds(data.Test));
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Long_names_are_read_and_later_entries_replace_earlier_ones()
    {
        string deep = $"train/cat/{new string('x', 200)}.png";
        TarFile tar = Good()
            .AddLongName(deep, PngFile.Plain(4, 4, 7, 0, 0))
            .AddPax("train/cat/zä.png", PngFile.Plain(4, 4, 8, 0, 0))
            .Add("train/cat/1.png", PngFile.Plain(4, 4, 9, 0, 0));
        using ImageDataset data = ImageDataset.Open(_folder.Write("a.tar", tar.ToArray()));
        Assert.Equal([9, 2, 7, 8, 3, 4], Reds(data.Train));
    }

    [Theory]
    [InlineData("train/cat/evil.png", '2', "a symbolic link")]
    [InlineData("train/cat/evil.png", '1', "a hard link")]
    [InlineData("train/cat/evil.png", '3', "a device")]
    [InlineData("/train/cat/evil.png", '0', "an absolute name")]
    [InlineData("C:/evil.png", '0', "an absolute name")]
    [InlineData("train/../../evil.png", '0', "a name with '..'")]
    [InlineData("..", '5', "a name with '..'")]
    public void Links_devices_and_names_that_lead_outside_refuse_the_archive(string name, char type, string found)
    {
        TarFile tar = Good().Add(name, [], type, "/etc/passwd");
        foreach (byte[] bytes in new[] { tar.ToArray(), tar.ToGzip() })
        {
            DatasetException fault = Refused(bytes);
            Assert.Contains($"a.tar: {name}", fault.Message, StringComparison.Ordinal);
            Assert.Contains(found, fault.Message, StringComparison.Ordinal);
            Assert.Equal(Good().ToArray().Length - 1024, fault.Offset);
        }
    }

    [Fact]
    public void A_long_name_that_leads_outside_is_refused_as_well() =>
        Assert.Contains(
            "'..'", Refused(Good().AddPax("train/cat/../../x.png", []).ToArray()).Message, StringComparison.Ordinal);

    [Fact]
    public void An_archive_that_is_cut_off_is_refused()
    {
        byte[] whole = Good().ToArray();
        Assert.Contains("cut off", Refused(whole[..530]).Message, StringComparison.Ordinal);
        Assert.Contains("512 bytes", Refused(whole[..(1024 + 100)]).Message, StringComparison.Ordinal);
        byte[] packed = Good().ToGzip();
        Refused(packed[..(packed.Length / 2)]);
        Refused([]);
    }

    [Fact]
    public void Any_damage_to_an_archive_is_refused_or_harmless()
    {
        byte[] good = Good().ToArray();
        for (int round = 0; round < 400; round++)
        {
            var random = new CounterRandom(3, 0, (ulong)round);
            byte[] bad = (byte[])good.Clone();
            bad[random.NextInt32(bad.Length)] = (byte)random.NextInt32(256);
            string path = _folder.Write("a.tar", bad);
            try
            {
                ImageDataset.Open(path, new DatasetOptions { Threads = 1 }).Dispose();
            }
            catch (DatasetException fault)
            {
                Assert.Contains("a.tar", fault.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_compressed_archive_above_the_limit_is_refused_with_a_remedy()
    {
        string path = _folder.Write("a.tar.gz", Good().Add("notes.bin", new byte[100_000]).ToGzip());
        var fault = Assert.Throws<DatasetException>(() => new TarGzSource(path, limitBytes: 50_000));
        Assert.Contains("at most 50000 bytes", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Decompress it to a .tar", fault.Message, StringComparison.Ordinal);
        using var source = new TarGzSource(path, limitBytes: 200_000);
        Assert.Equal(7, source.Paths.Count);
    }

    private static TarFile Good()
    {
        byte number = 0;
        var tar = new TarFile();
        foreach (string name in (string[])["train/cat/1", "train/cat/2", "train/dog/1", "train/dog/2"])
            tar.Add($"{name}.png", PngFile.Plain(4, 4, ++number, 0, 0));
        return tar.Add("test/", [], '5').Add("./test/cat/1.png", PngFile.Plain(4, 4, 5, 0, 0))
            .Add("test/dog/1.png", PngFile.Plain(4, 4, 6, 0, 0));
    }

    private static int[] Reds(ImageSet set)
    {
        var rgb = new byte[set.ImageBytes];
        return Enumerable.Range(0, set.Count).Select(i =>
        {
            set.Read(i, rgb);
            return (int)rgb[0];
        }).ToArray();
    }

    private DatasetException Refused(byte[] archive)
    {
        string path = _folder.Write("a.tar", archive);
        return Assert.Throws<DatasetException>(() => ImageDataset.Open(path));
    }
}
