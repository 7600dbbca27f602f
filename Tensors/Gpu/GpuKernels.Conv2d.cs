using ManSharp.Tensors.Gpu.Tiles;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Gpu;

/// <remarks>
/// Every pass is a matrix product whose first operand is read out of the image where it lies: forward, pixels x output
/// channels summed over (r, s, c); input gradient, pixels x input channels summed over (r, s, output channel); weight
/// gradient, (r, s, c) x output channels summed over pixels.
/// </remarks>
internal sealed partial class GpuKernels
{
    public int Conv2dScratch(Conv2dGeometry geometry, Conv2dPass pass) => Conv2dScratch(style, geometry, pass);

    /// <summary>The scratch memory of a pass; the dry device asks for the same.</summary>
    internal static int Conv2dScratch(GpuStyle style, Conv2dGeometry geometry, Conv2dPass pass) =>
        geometry.Groups > 1 ? 0 : ProductPlan.For(style, geometry, pass).Scratch;

    public void Conv2dForward(Tensor y, Tensor scratch, Tensor x, Tensor w, Tensor bias, Conv2dGeometry geometry)
    {
        Calls++;
        Flops += geometry.Flops;
        if (geometry.Groups > 1)
        {
            GroupedForward(y, x, w, bias, geometry);
            return;
        }
        Product<Patches, Columns>(
            y, scratch, x, w, bias, ProductPlan.For(style, geometry, Conv2dPass.Forward),
            ProductSizes.Of(geometry, Conv2dPass.Forward), Write.Set,
            new Fours(geometry.C % 4 == 0, geometry.K % 4 == 0, geometry.K % 4 == 0));
    }

    public void Conv2dInputGradient(Tensor dx, Tensor scratch, Tensor dy, Tensor w, Conv2dGeometry geometry, Write write)
    {
        Calls++;
        Flops += geometry.Flops;
        if (geometry.Groups > 1)
        {
            GroupedInputGradient(dx, dy, w, geometry, write);
            return;
        }
        Product<ReaderGradients, WeightsTransposed>(
            dx, scratch, dy, w, Tensor.None, ProductPlan.For(style, geometry, Conv2dPass.InputGradient),
            ProductSizes.Of(geometry, Conv2dPass.InputGradient), write,
            new Fours(geometry.K % 4 == 0, geometry.K % 4 == 0, geometry.C % 4 == 0));
    }

    public void Conv2dWeightGradient(Tensor dw, Tensor scratch, Tensor x, Tensor dy, Conv2dGeometry geometry, Write write)
    {
        Calls++;
        Flops += geometry.Flops;
        if (geometry.Groups > 1)
        {
            GroupedWeightGradient(dw, x, dy, geometry, write);
            return;
        }
        Product<PatchesTransposed, Columns>(
            dw, scratch, x, dy, Tensor.None, ProductPlan.For(style, geometry, Conv2dPass.WeightGradient),
            ProductSizes.Of(geometry, Conv2dPass.WeightGradient), write,
            new Fours(geometry.C % 4 == 0, geometry.K % 4 == 0, geometry.K % 4 == 0));
    }
}
