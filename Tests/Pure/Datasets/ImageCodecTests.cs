using ManSharp.Datasets;
using Xunit;

namespace ManSharp.Tests.Pure.Datasets;

public class ImageCodecTests
{
    private readonly StbImageCodec _codec = new();

    [Fact]
    public void Png_rgb_is_exact()
    {
        byte[] rgb = Enumerable.Range(0, 5 * 3 * 3).Select(i => (byte)(i * 5)).ToArray();
        byte[] file = PngFile.Rgb(5, 3, rgb);
        Assert.Equal(new ImageSize(3, 5), _codec.Measure(file, "a.png"));
        DecodedImage image = _codec.Decode(file, "a.png");
        Assert.Equal((3, 5), (image.Height, image.Width));
        Assert.Equal(rgb, image.Rgb);
    }

    [Fact]
    public void Png_grey_is_repeated() =>
        Assert.Equal([9, 9, 9, 200, 200, 200], Decode(PngFile.Write(2, 1, 8, 0, [9, 200])));

    [Fact]
    public void Png_of_one_bit_is_black_and_white() =>
        Assert.Equal([255, 255, 255, 0, 0, 0], Decode(PngFile.Write(2, 1, 1, 0, [0b1000_0000])));

    [Fact]
    public void Png_alpha_is_dropped()
    {
        Assert.Equal([1, 2, 3, 4, 5, 6], Decode(PngFile.Write(2, 1, 8, 6, [1, 2, 3, 255, 4, 5, 6, 0])));
        Assert.Equal([7, 7, 7], Decode(PngFile.Write(1, 1, 8, 4, [7, 100])));
    }

    [Fact]
    public void Png_palette_is_looked_up() =>
        Assert.Equal([4, 5, 6, 1, 2, 3], Decode(PngFile.Write(2, 1, 8, 3, [1, 0], [1, 2, 3, 4, 5, 6])));

    [Fact]
    public void Png_of_16_bits_keeps_the_upper_8() =>
        Assert.Equal([1, 2, 3], Decode(PngFile.Write(1, 1, 16, 2, [1, 200, 2, 0, 3, 255])));

    [Fact]
    public void Png_with_interlace_is_put_together()
    {
        // 2x2, Adam7: pass 1 has pixel (0, 0), pass 6 (1, 0), pass 7 the second row; each row has a filter byte.
        byte[] raw = [0, 10, 0, 20, 0, 30, 40];
        byte[] file = PngFile.Assemble(
            PngFile.Header(2, 2, 8, 0, interlace: 1), PngFile.Chunk("IDAT", PngFile.Deflate(raw)),
            PngFile.Chunk("IEND", []));
        Assert.Equal([10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40], Decode(file));
    }

    [Fact]
    public void Jpeg_grey_is_repeated()
    {
        DecodedImage image = _codec.Decode(JpegFile.Grey(2, block => (byte)(40 * (block + 1))), "a.jpg");
        Assert.Equal((16, 16), (image.Height, image.Width));
        Assert.Equal([40, 40, 40], image.Rgb[..3]);
        Assert.Equal([80, 80, 80], image.Rgb[(8 * 3)..(9 * 3)]);
        Assert.Equal([160, 160, 160], image.Rgb[^3..]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Jpeg_colour_is_turned_to_rgb(bool progressive)
    {
        // Y 100, Cb 128, Cr 178: red + 1.402 * 50, green - 0.714 * 50.
        byte[] file = JpegFile.Write(1, 3, (_, c) => (byte)(c == 0 ? 100 : c == 1 ? 128 : 178), progressive);
        byte[] rgb = Decode(file);
        Assert.Equal(64 * 3, rgb.Length);
        Assert.InRange(rgb[0], 169, 171);
        Assert.InRange(rgb[1], 63, 65);
        Assert.InRange(rgb[2], 99, 101);
    }

    [Fact]
    public void Jpeg_with_four_components_is_refused_by_name()
    {
        var fault = Assert.Throws<DatasetException>(() => Decode(JpegFile.Write(1, 4, (_, _) => 100), "ink.jpg"));
        Assert.Contains("ink.jpg", fault.Message, StringComparison.Ordinal);
        Assert.Contains("CMYK", fault.Message, StringComparison.Ordinal);
    }

    private byte[] Decode(byte[] file, string name = "test") => _codec.Decode(file, name).Rgb;
}
