using System.Globalization;
using ManSharp.Autograd;
using ManSharp.Layers.Modules;
using ManSharp.Layers.Networks;

namespace ManSharp.LocalLearning.Methods;

/// <summary>
/// Pixels from features, before the sigmoid, as published for 224x224 images: 1x1 to a quarter of the channels (192 of
/// 1024), then for each halving of the image that the features went through a bilinear doubling and a convolution: 1x1 to
/// 64 where more than three are left, 3x3 to 32, 3x3 to 12, and last 3x3 to 3; all but the last with batch norm and ReLU.
/// </summary>
public sealed class LargeImageDecoder : Module
{
    private readonly Conv2d[] convolutions;
    private readonly BatchNorm[] norms;
    private readonly int[] sizes;

    /// <summary>A decoder for square images from square features.</summary>
    public LargeImageDecoder(int inputs, int size, int imageSize)
    {
        var list = new List<Conv2d> { new(inputs, Reduced(inputs), 1, bias: true) };
        var widths = new List<int> { Reduced(inputs) };
        var at = new List<int> { size };
        int doublings = 0;
        while (size << doublings < imageSize)
            doublings++;
        for (int i = 1; i <= Math.Max(doublings, 1); i++)
        {
            int left = Math.Max(doublings, 1) - i;
            (int width, int kernel) = left switch
            {
                0 => (NetworkSpec.ImageChannels, 3),
                1 => (12, 3),
                2 => (32, 3),
                _ => (64 << (left - 3), 1),
            };
            list.Add(new Conv2d(widths[^1], width, kernel, 1, kernel / 2, bias: true));
            widths.Add(width);
            at.Add(Math.Min(size << i, imageSize));
        }
        convolutions = [.. list];
        sizes = [.. at];
        norms = [.. widths.SkipLast(1).Select(width => new BatchNorm(width, relu: true))];
    }

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x)
    {
        using Tape.Frame frame = tape.OpenFrame();
        for (int i = 0; i < convolutions.Length; i++)
        {
            Variable y = i == 0
                ? convolutions[i].Forward(tape, x)
                : convolutions[i].ForwardResized(tape, x, sizes[i], sizes[i]);
            x = frame.Next(x, i < norms.Length ? frame.Next(y, norms[i].Forward(tape, y)) : y);
        }
        return frame.Return(x);
    }

    /// <inheritdoc/>
    public override void Declare(Declaration declaration)
    {
        for (int i = 0; i < convolutions.Length; i++)
        {
            declaration.Child(Name(3 * i), convolutions[i]);
            if (i < norms.Length)
                declaration.Child(Name(3 * i + 1), norms[i]);
        }
    }

    private static int Reduced(int inputs) => inputs == 1024 ? 192 : Math.Max(inputs / 4, 1);

    private static string Name(int place) => string.Create(CultureInfo.InvariantCulture, $"decoder.{place}");
}
