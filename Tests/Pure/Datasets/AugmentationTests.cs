using ManSharp.Datasets;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Pure.Datasets;

public class AugmentationTests
{
    // Red of the pixel in row y and column x is 10 y + x.
    private static readonly byte[] Image = Enumerable.Range(0, 3 * 4)
        .SelectMany(i => new byte[] { (byte)((10 * (i / 4)) + (i % 4)), 100, 200 }).ToArray();

    [Theory]
    [InlineData(0, 0, false, new[] { 0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23 })]
    [InlineData(0, 0, true, new[] { 3, 2, 1, 0, 13, 12, 11, 10, 23, 22, 21, 20 })]
    [InlineData(-2, 0, false, new[] { 20, 21, 22, 23, 10, 11, 12, 13, 0, 1, 2, 3 })]
    [InlineData(1, -1, false, new[] { 11, 10, 11, 12, 21, 20, 21, 22, 11, 10, 11, 12 })]
    [InlineData(2, 2, false, new[] { 22, 23, 22, 21, 12, 13, 12, 11, 2, 3, 2, 1 })]
    [InlineData(0, 1, true, new[] { 2, 3, 2, 1, 12, 13, 12, 11, 22, 23, 22, 21 })]
    public void The_border_is_reflected_without_repeating_it(int top, int left, bool mirrored, int[] red)
    {
        var pixels = new float[Image.Length];
        Augmentation.Place(Image, 3, 4, top, left, mirrored, pixels);
        Assert.Equal(red, pixels.Where((_, i) => i % 3 == 0).Select(value => (int)MathF.Round(value * 255)));
        Assert.All(pixels.Where((_, i) => i % 3 == 1), value => Assert.Equal(100 / 255f, value));
        Assert.All(pixels.Where((_, i) => i % 3 == 2), value => Assert.Equal(200 / 255f, value));
    }

    [Fact]
    public void Every_crop_and_both_directions_occur_about_equally_often()
    {
        var augmentation = new Augmentation(1, Flip: true);
        var counts = new Dictionary<string, int>();
        var pixels = new float[Image.Length];
        var random = new CounterRandom(1, 0, 0);
        for (int i = 0; i < 9_000; i++)
        {
            augmentation.Apply(Image, 3, 4, ref random, pixels);
            string key = string.Join(' ', pixels);
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        Assert.Equal(18, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 400, 600));
    }

    [Fact]
    public void A_border_as_wide_as_the_image_is_refused_with_the_numbers()
    {
        var fault = Assert.Throws<ArgumentException>(() => new Augmentation(3, false).Validate(3, 4));
        Assert.Contains("Got 3, image [H=3, W=4]", fault.Message, StringComparison.Ordinal);
        new Augmentation(2, false).Validate(3, 4);
    }
}
