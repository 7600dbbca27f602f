using System.Runtime.CompilerServices;

namespace ManSharp.Tensors;

/// <summary>
/// value(n) = mix(key(seed, stream, index) + n * 0x9E3779B97F4A7C15): random numbers as a function of their place.
/// Two generators with the same three numbers give the same values on every machine and in every thread; nothing is
/// shared, so the order in which images are made does not matter.
/// </summary>
/// <remarks>Source: the output function of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).</remarks>
public struct CounterRandom
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private readonly ulong key;
    private ulong counter;

    /// <summary>Starts the sequence that belongs to (seed, stream, index).</summary>
    public CounterRandom(ulong seed, ulong stream, ulong index)
    {
        key = KeyOf(seed, stream, index);
        counter = 0;
    }

    /// <summary>The key of the sequence that belongs to (seed, stream, index).</summary>
    public static ulong KeyOf(ulong seed, ulong stream, ulong index) =>
        Mix(Mix(Mix(seed + Golden) + stream + Golden) + index + Golden);

    /// <summary>Value number <paramref name="n"/>, from 0, of the sequence with that key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong At(ulong key, ulong n) => Mix(key + ((n + 1) * Golden));

    /// <summary>The next 64 random bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong NextUInt64() => Mix(key + (++counter * Golden));

    /// <summary>A uniform value in [0, 1), a multiple of 2^-24.</summary>
    public float NextSingle() => (NextUInt64() >> 40) * (1f / (1 << 24));

    /// <summary>A uniform value between <paramref name="low"/> and <paramref name="high"/>.</summary>
    public float NextSingle(float low, float high) => low + ((high - low) * NextSingle());

    /// <summary>A uniform integer in [0, <paramref name="bound"/>); its bias is below bound / 2^64.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bound is not positive.</exception>
    public int NextInt32(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)Math.BigMul(NextUInt64(), (ulong)bound, out _);
    }

    /// <summary>A value of the standard normal distribution (Box and Muller; two uniform values each).</summary>
    public float NextNormal()
    {
        // 1 - u lies in (0, 1], so that the logarithm is finite.
        double radius = Math.Sqrt(-2.0 * Math.Log(1.0 - NextSingle()));
        return (float)(radius * Math.Cos(2.0 * Math.PI * NextSingle()));
    }

    /// <summary>One fair coin.</summary>
    public bool NextBoolean() => (NextUInt64() >> 63) != 0;

    /// <summary>Puts the values into a uniformly random order (Fisher and Yates).</summary>
    public void Shuffle(Span<int> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = NextInt32(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
