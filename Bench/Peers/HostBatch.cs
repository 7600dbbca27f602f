using ManSharp.Tensors;

namespace ManSharp.Peers;

/// <summary>Made-up images and labels: random pixels in 0..1 (NHWC), the same normalized, class indices.</summary>
internal sealed record HostBatch(int Count, int Size, float[] Pixels, float[] Images, float[] Labels)
{
    /// <summary>What normalization subtracts of each channel.</summary>
    internal static float[] Mean { get; } = [0.5f, 0.5f, 0.5f];

    /// <summary>What normalization divides each channel by.</summary>
    internal static float[] Deviation { get; } = [0.25f, 0.25f, 0.25f];

    internal static HostBatch Create(int count, int size, int classes)
    {
        var random = new CounterRandom(1, 0, 0);
        float[] pixels = new float[count * size * size * 3];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = random.NextSingle();
        float[] labels = new float[count];
        for (int i = 0; i < labels.Length; i++)
            labels[i] = random.NextInt32(classes);
        return new HostBatch(count, size, pixels, [.. pixels.Select(pixel => (pixel - 0.5f) / 0.25f)], labels);
    }
}
