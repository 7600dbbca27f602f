using System.Runtime.Intrinsics;

namespace ManSharp.Tensors.Cpu.Simd;

/// <summary>Work on register tiles, written once for every vector.</summary>
internal unsafe interface ITileWork
{
    /// <summary>Does one chunk with the vector that suits the columns.</summary>
    void Run<TSimd, TVector>(int chunk, float* memory) where TSimd : struct, ISimd<TVector> where TVector : struct;
}

/// <summary>How many columns a register tile has on this machine.</summary>
internal static unsafe class PanelWidth
{
    /// <summary>
    /// Two of the widest vectors, but not wider than the columns need: 16 columns fill two vectors of 8 and would leave
    /// half of two vectors of 16 idle; up to 8 fill one.
    /// </summary>
    internal static int For(int columns)
    {
        if (Vector512.IsHardwareAccelerated && columns > 16)
            return 2 * Vector512<float>.Count;
        if (Vector256.IsHardwareAccelerated)
            return columns > Vector256<float>.Count ? 2 * Vector256<float>.Count : Vector256<float>.Count;
        return Vector128.IsHardwareAccelerated ? 2 * Vector128<float>.Count : 2;
    }

    /// <summary>Runs a chunk with the vector that <see cref="For"/> counted on.</summary>
    internal static void Run<TWork>(TWork work, int panelColumns, int chunk, float* memory) where TWork : struct, ITileWork
    {
        if (panelColumns == 2 * Vector512<float>.Count)
            work.Run<Simd512, Vector512<float>>(chunk, memory);
        else if (panelColumns == 2 * Vector256<float>.Count)
            work.Run<Simd256, Vector256<float>>(chunk, memory);
        else if (panelColumns == Vector256<float>.Count && Vector256.IsHardwareAccelerated)
            work.Run<Simd256Narrow, Vector256<float>>(chunk, memory);
        else if (panelColumns == 2 * Vector128<float>.Count)
            work.Run<Simd128, Vector128<float>>(chunk, memory);
        else
            work.Run<SimdScalar, float>(chunk, memory);
    }
}
