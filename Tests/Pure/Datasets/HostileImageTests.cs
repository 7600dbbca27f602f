using System.Diagnostics;
using ManSharp.Datasets;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Pure.Datasets;

public class HostileImageTests
{
    private readonly StbImageCodec _codec = new();

    [Theory]
    [InlineData("bomb_20000.png", "20000x20000")]
    [InlineData("bomb_dims.jpg", "26000x26000")]
    [InlineData("empty.jpg", "empty file")]
    [InlineData("min_hang.jpg", "cut off")]
    [InlineData("trunc_in_app0.jpg", "cut off")]
    public void Recorded_samples_are_refused_at_once(string name, string found)
    {
        byte[] file = File.ReadAllBytes(SharedFiles.Find($"bad-images/{name}"));
        Assert.Contains(found, Refused(file, name).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_is_no_image() =>
        Assert.Contains("a file of 5 bytes that is neither", Refused("hello"u8.ToArray(), "a.jpg").Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_png_that_inflates_to_more_than_its_header_says_is_refused()
    {
        byte[] bomb = PngFile.Assemble(
            PngFile.Header(4, 4, 8, 2), PngFile.Chunk("IDAT", PngFile.Deflate(new byte[200_000_000])),
            PngFile.Chunk("IEND", []));
        Assert.True(bomb.Length < 1_000_000);
        DatasetException fault = Refused(bomb, "bomb.png");
        Assert.Contains("52 bytes", fault.Message, StringComparison.Ordinal);
        Assert.Contains("more", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_png_with_too_little_data_or_a_wrong_checksum_is_refused()
    {
        byte[] little = PngFile.Assemble(
            PngFile.Header(4, 4, 8, 2), PngFile.Chunk("IDAT", PngFile.Deflate(new byte[51])),
            PngFile.Chunk("IEND", []));
        Assert.Contains("51 bytes", Refused(little, "little.png").Message, StringComparison.Ordinal);

        byte[] wrong = PngFile.Plain(4, 4, 1, 2, 3);
        wrong[^20] ^= 1;
        Assert.Contains("checksum", Refused(wrong, "wrong.png").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_jpeg_with_thousands_of_scans_is_refused()
    {
        byte[] file = JpegFile.Random(4, 1, progressive: true);
        byte[] scan = JpegFile.Segment(0xDA, [1, 1, 0, 1, 63, 0]);
        byte[] bomb = [.. file[..^2], .. Enumerable.Repeat(scan, 5_000).SelectMany(bytes => bytes), 0xFF, 0xD9];
        Assert.Contains("at most 64 scans", Refused(bomb, "scans.jpg").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_truncation_is_refused()
    {
        foreach (byte[] file in new[] { PngFile.Plain(6, 5, 1, 2, 3), JpegFile.Random(3, 1) })
        {
            for (int length = 0; length < file.Length; length++)
                Refused(file[..length], $"first {length} bytes");
        }
    }

    [Theory]
    [InlineData("jpeg")]
    [InlineData("progressive")]
    [InlineData("png")]
    [InlineData("png with checksums")]
    public void A_damaged_file_is_decoded_or_refused(string kind)
    {
        byte[] good = kind switch
        {
            "jpeg" => JpegFile.Random(3, 7),
            "progressive" => JpegFile.Random(3, 7, progressive: true),
            _ => PngFile.Write(9, 7, 8, 3, Enumerable.Range(0, 63).Select(i => (byte)(i % 3)).ToArray(), new byte[9]),
        };
        Fuzz(good, kind, 3_000);
    }

    [Fact]
    public void A_damaged_photograph_is_decoded_or_refused()
    {
        using EntrySource photographs = EntrySource.Open(SharedFiles.Find("data/imagenet-sample-40.tar"));
        int smallest = Enumerable.Range(0, photographs.Paths.Count).MinBy(entry => photographs.Read(entry).Length);
        Fuzz(photographs.Read(smallest).ToArray(), "photograph", 300);
    }

    private void Fuzz(byte[] good, string kind, int rounds)
    {
        int decoded = 0;
        for (int round = 0; round < rounds; round++)
        {
            var random = new CounterRandom(11, (ulong)kind.Length, (ulong)round);
            byte[] bad = (byte[])good.Clone();

            // Every second file has one changed byte only, so that many get past the guards to the decoder.
            bool gentle = round % 2 == 0;
            if (!gentle && random.NextInt32(4) == 0)
                bad = bad[..random.NextInt32(bad.Length)];
            for (int flips = gentle ? 0 : random.NextInt32(6); flips >= 0 && bad.Length > 0; flips--)
                bad[random.NextInt32(bad.Length)] = random.NextBoolean() ? (byte)random.NextInt32(256) : (byte)0xFF;
            if (kind == "png with checksums")
                PngFile.RepairChecksums(bad);

            var clock = Stopwatch.StartNew();
            try
            {
                DecodedImage image = _codec.Decode(bad, "fuzz");
                Assert.Equal(image.Height * image.Width * 3, image.Rgb.Length);
                decoded++;
            }
            catch (DatasetException fault)
            {
                Assert.StartsWith("fuzz", fault.Message, StringComparison.Ordinal);
            }

            Assert.True(clock.Elapsed.TotalSeconds < 2, $"{kind}, round {round}: {clock.Elapsed}");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{kind}: {decoded} of {rounds} decoded");
    }

    // The limits of the contract: 2 s, 64 MiB, and an error that names the file.
    private DatasetException Refused(byte[] file, string name)
    {
        var clock = Stopwatch.StartNew();
        long before = GC.GetAllocatedBytesForCurrentThread();
        var fault = Assert.Throws<DatasetException>(() => _codec.Decode(file, name));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64 << 20, $"{name} allocated too much");
        Assert.True(clock.Elapsed.TotalSeconds < 2, $"{name} took {clock.Elapsed}");
        Assert.StartsWith(name, fault.Message, StringComparison.Ordinal);
        return fault;
    }
}
