using ManSharp.Tensors.Cpu.Convolution;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

/// <summary>
/// Which way a pass runs, and its scratch memory: both from the sizes alone, so that the dry device asks for the same.
/// </summary>
internal static class Conv2dPlan
{
    // Channels below which the transforms cost what the products save. Measured on two AVX2 cores, batch 128, direct
    // against Winograd, GFLOP/s of the arithmetic as written: forward 16 -> 16 at 32x32 167 / 162, 32 -> 32 at 16x16
    // 180 / 265, 64 -> 64 at 8x8 186 / 304; weight gradient 145 / 165, 170 / 255, 166 / 289.
    private const int LeastChannels = 32;

    // Tiles of 2x2 outputs below which turning the weights costs more than it saves. Measured likewise, direct against
    // Winograd, microseconds a forward convolution: 64 -> 64 at 8x8, batch 1 (16 tiles) 36 / 223, 16 (256) 415 / 436;
    // 32 -> 32 at 16x16, batch 1 (64 tiles) 32 / 81, 4 (256) 98 / 111, 8 (512) 185 / 175.
    private const int LeastTiles = 384;

    /// <summary>Whether the pass runs by <see cref="Winograd"/>; else it is direct.</summary>
    internal static bool UsesWinograd(Conv2dGeometry geometry, Conv2dPass pass) =>
        WinogradPlan.Serves(geometry)
        && (pass == Conv2dPass.WeightGradient
            || (Math.Min(geometry.C, geometry.K) >= LeastChannels && Tiles(geometry) >= LeastTiles));

    internal static int Scratch(Conv2dGeometry geometry, Conv2dPass pass)
    {
        if (UsesWinograd(geometry, pass))
            return WinogradPlan.Scratch(geometry, pass);
        return pass == Conv2dPass.WeightGradient
            ? WeightGradientPlan.Scratch(geometry)
            : WindowPlan.Scratch(geometry, pass);
    }

    private static long Tiles(Conv2dGeometry g) => (long)g.N * ((g.P + 1) / 2) * ((g.Q + 1) / 2);
}
