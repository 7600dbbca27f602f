using ManSharp.Tensors.Cpu.Convolution;
using ManSharp.Tensors.Cpu.Simd;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

/// <summary>
/// Which way a pass runs, and its scratch memory: both from the sizes alone, so that the dry device asks for the same.
/// </summary>
internal static class Conv2dPlan
{
    // Tiles below which turning the weights costs what the products save. Measured on two AVX2 cores, direct against
    // Winograd, GFLOP/s of the arithmetic as written, forward: 16 -> 16 at 32x32, batch 1 (256 tiles) 115 / 108, 2 (512)
    // 146 / 184, 16 180 / 219; 32 -> 32 at 16x16, batch 2 (128) 145 / 110, 4 (256) 157 / 182, 16 185 / 260; 64 -> 64
    // at 8x8, batch 4 (64) 136 / 82, 8 (128) 162 / 155, 16 (256) 172 / 216. A weight gradient turns no weights.
    private const int LeastTiles = 200;

    /// <summary>Whether the pass runs by <see cref="Winograd"/>; else it is direct.</summary>
    internal static bool UsesWinograd(Conv2dGeometry geometry, Conv2dPass pass) =>
        WinogradPlan.Serves(geometry) && (pass == Conv2dPass.WeightGradient || Tiles(geometry) >= LeastTiles);

    /// <summary>
    /// Whether the pass runs on <see cref="NarrowTile"/>. Measured likewise, batch 128, 12 -> 3 at 32x32, milliseconds on
    /// register tiles against this: forward 2.05 / 1.03, weight gradient 1.90 / 0.73.
    /// </summary>
    internal static bool IsNarrow(Conv2dGeometry geometry, Conv2dPass pass) =>
        pass != Conv2dPass.InputGradient && NarrowTile.Serves(geometry);

    internal static int Scratch(Conv2dGeometry geometry, Conv2dPass pass)
    {
        if (UsesWinograd(geometry, pass))
            return WinogradPlan.Scratch(geometry, pass);
        return pass == Conv2dPass.WeightGradient
            ? WeightGradientPlan.Scratch(geometry)
            : WindowPlan.Scratch(geometry, pass);
    }

    private static long Tiles(Conv2dGeometry g) =>
        (long)g.N * g.P * ((g.Q + Winograd.TilePixels - 1) / Winograd.TilePixels);
}
