using ManSharp.Tensors.Cpu.Convolution;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

/// <summary>The scratch memory of each pass, from the sizes alone: the dry device asks for the same.</summary>
internal static class Conv2dPlan
{
    internal static int Scratch(Conv2dGeometry geometry, Conv2dPass pass) => pass == Conv2dPass.WeightGradient
        ? WeightGradientPlan.Scratch(geometry)
        : WindowPlan.Scratch(geometry, pass);
}
