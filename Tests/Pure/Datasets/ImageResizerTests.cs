using ManSharp.Datasets;
using Xunit;

namespace ManSharp.Tests.Pure.Datasets;

public class ImageResizerTests
{
    [Fact]
    public void Halving_weighs_neighbours_by_the_triangle()
    {
        // Scale 2: output 1 of 3 is centred at 3.0; weights 1/8, 3/8, 3/8, 1/8 on inputs 1 to 4.
        byte[] row = [0, 80, 160, 0, 240, 0];
        byte[] result = Resize(row, 6, 1, new ImageSize(1, 3), scaledRows: 2);
        Assert.Equal((80 + (3 * 160) + 0 + 240) / 8, result[3], 1.0);
    }

    [Fact]
    public void Doubling_is_bilinear_with_half_pixel_centres()
    {
        byte[] result = Resize([0, 100], 2, 1, new ImageSize(2, 4), scaledRows: 1);
        Assert.Equal([0, 25, 75, 100, 0, 25, 75, 100], result.Where((_, i) => i % 3 == 0).Select(value => (int)value));
    }

    [Fact]
    public void The_longer_side_is_cropped_evenly()
    {
        byte[] result = Resize([1, 2, 3, 4, 5, 6], 6, 1, new ImageSize(2, 2), scaledRows: 2);
        Assert.Equal([3, 4, 3, 4], result.Where((_, i) => i % 3 == 0).Select(value => (int)value));
    }

    [Fact]
    public void One_colour_stays_one_colour()
    {
        var image = new DecodedImage(37, 91, Enumerable.Repeat((byte)77, 37 * 91 * 3).ToArray());
        foreach (int side in new[] { 1, 5, 37, 64 })
        {
            var rgb = new byte[side * side * 3];
            ImageResizer.CoverAndCrop(image, new ImageSize(side, side), rgb);
            Assert.All(rgb, value => Assert.Equal(77, value));
        }
    }

    // A grey row, repeated downwards.
    private static byte[] Resize(byte[] row, int width, int height, ImageSize target, int scaledRows)
    {
        byte[] line = row.SelectMany(value => new[] { value, value, value }).ToArray();
        byte[] rgb = Enumerable.Repeat(line, height * scaledRows).SelectMany(bytes => bytes).ToArray();
        var result = new byte[target.Height * target.Width * 3];
        ImageResizer.CoverAndCrop(new DecodedImage(height * scaledRows, width, rgb), target, result);
        return result;
    }
}
