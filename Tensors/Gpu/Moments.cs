using ILGPU;

namespace ManSharp.Tensors.Gpu;

/// <summary>How many values, their mean, and the sum of the squares of their deviations from it.</summary>
internal readonly struct Moments(float count, float mean, float square)
{
    internal readonly float Count = count;
    internal readonly float Mean = mean;
    internal readonly float Square = square;

    /// <summary>The moments of both sets together.</summary>
    internal Moments Join(Moments other)
    {
        float total = Count + other.Count;
        float share = other.Count / (total > 0 ? total : 1f);
        float distance = other.Mean - Mean;
        return new Moments(total, Mean + distance * share, Square + other.Square + distance * distance * (Count * share));
    }

    internal void Store(ArrayView<float> counts, ArrayView<float> means, ArrayView<float> squares, int at)
    {
        counts[at] = Count;
        means[at] = Mean;
        squares[at] = Square;
    }

    internal static Moments Load(ArrayView<float> counts, ArrayView<float> means, ArrayView<float> squares, int at) =>
        new(counts[at], means[at], squares[at]);
}
