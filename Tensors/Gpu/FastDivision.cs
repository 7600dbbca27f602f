using System.Numerics;

namespace ManSharp.Tensors.Gpu;

/// <summary>
/// Division of numbers from 0 to 2^31 - 1 by a fixed divisor, as a multiplication and a shift.
/// <b>Source</b>: Granlund and Montgomery 1994.
/// </summary>
internal readonly struct FastDivision
{
    private readonly uint magic;
    private readonly int shift;

    /// <summary>The divisor.</summary>
    internal readonly int Divisor;

    internal FastDivision(int divisor)
    {
        Divisor = divisor;
        shift = 32 - BitOperations.LeadingZeroCount((uint)(divisor - 1));
        magic = (uint)((((1UL << shift) - (ulong)divisor) << 32) / (ulong)divisor + 1);
    }

    /// <summary>n / divisor.</summary>
    internal int Divide(int n) => (int)(((uint)(((ulong)(uint)n * magic) >> 32) + (uint)n) >> shift);

    /// <summary>n % divisor, where n / divisor is known.</summary>
    internal int Rest(int n, int quotient) => n - quotient * Divisor;
}
