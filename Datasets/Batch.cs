namespace ManSharp.Datasets;

/// <summary>
/// Images and labels of one training step. The arrays belong to the loader and are used again: a batch is valid until
/// the next call of MoveNext.
/// </summary>
public sealed class Batch
{
    internal Batch(int count, int imageLength)
    {
        Count = count;
        Pixels = new float[count * imageLength];
        Labels = new float[count];
    }

    /// <summary>The number of images.</summary>
    public int Count { get; }

    /// <summary>The images, [N, H, W, 3] with N = Count, in [0, 1].</summary>
    public float[] Pixels { get; }

    /// <summary>The class indices, [N], as floats; indices below 2^24 are exact.</summary>
    public float[] Labels { get; }
}
