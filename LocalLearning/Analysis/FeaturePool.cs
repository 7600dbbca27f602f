using ManSharp.Autograd;
using ManSharp.Autograd.Ops;

namespace ManSharp.LocalLearning.Analysis;

/// <summary>
/// Features as analyses read them: averages over a grid of at most 4x4 windows. One average over the whole map would
/// hide where something is, which later blocks can still use; whole maps of early blocks have tens of thousands of
/// values an image, with which a linear classifier learns some thousand images by heart and a comparison sees noise.
/// </summary>
public static class FeaturePool
{
    /// <summary>The most windows on a side.</summary>
    public const int MostSide = 4;

    /// <summary>Windows on a side for maps of <paramref name="size"/> pixels on a side.</summary>
    public static int Side(int size) => (size + Window(size) - 1) / Window(size);

    /// <summary>y[n, p, q, c] = mean of x over window (p, q); windows at the border may be smaller.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[N, S, S, C].</param>
    /// <returns>[N, P, P, C], P = <see cref="Side"/> of S; x itself where S is at most 4.</returns>
    public static Variable PoolFeatures(this Tape tape, Variable x)
    {
        int size = x.Shape[1], window = Window(size);
        return window == 1 ? x : tape.AveragePool(x, window, window, (window * Side(size) - size + 1) / 2);
    }

    private static int Window(int size) => (size + MostSide - 1) / MostSide;
}
