using ManSharp.Tensors.Cpu.Simd;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

/// <summary>The scratch memory of a matrix product: b, packed panel by panel.</summary>
internal static class GemmPlan
{
    internal static int Scratch(GemmGeometry g)
    {
        int panel = PanelWidth.For(g.N);
        return (g.N + panel - 1) / panel * panel * g.K;
    }
}
