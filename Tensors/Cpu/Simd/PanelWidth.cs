using System.Runtime.Intrinsics;

namespace ManSharp.Tensors.Cpu.Simd;

/// <summary>How many columns a register tile has on this machine: two vectors of the width that suits the columns.</summary>
internal static class PanelWidth
{
    /// <summary>
    /// Two of the widest vectors, but not wider than the columns need: 16 columns fill two vectors of 8 and would leave
    /// half of two vectors of 16 idle.
    /// </summary>
    internal static int For(int columns)
    {
        if (Vector512.IsHardwareAccelerated && columns > 16)
            return 2 * Vector512<float>.Count;
        if (Vector256.IsHardwareAccelerated)
            return 2 * Vector256<float>.Count;
        return Vector128.IsHardwareAccelerated ? 2 * Vector128<float>.Count : 2;
    }
}
