using ManSharp.Tensors.Gpu.Tiles;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Gpu;

/// <remarks>
/// Every pass is a matrix product whose first operand is read out of the image where it lies: forward, pixels x output
/// channels summed over (r, s, c); weight gradient, (r, s, c) x output channels summed over pixels; input gradient, for each
/// <see cref="StridePhase"/>, its pixels x input channels summed over (its taps, output channel). A convolution in groups is
/// a product for each group, in one launch.
/// </remarks>
internal sealed partial class GpuKernels
{
    public int Conv2dScratch(Conv2dGeometry geometry, Conv2dPass pass) => Conv2dScratch(style, geometry, pass);

    /// <summary>The scratch memory of a pass; the dry device asks for the same.</summary>
    internal static int Conv2dScratch(GpuStyle style, Conv2dGeometry geometry, Conv2dPass pass)
    {
        int scratch = 0;
        for (int i = 0; i < ProductSizes.CountOf(geometry, pass); i++)
            scratch = Math.Max(scratch, ProductPlan.For(style, ProductSizes.Of(geometry, pass, i)).Scratch);
        return scratch;
    }

    public void Conv2dForward(Tensor y, Tensor scratch, Tensor x, Tensor w, Tensor bias, Conv2dGeometry geometry) =>
        Convolve<Patches, Columns>(
            y, scratch, x, w, bias, geometry, Conv2dPass.Forward, Write.Set,
            new Fours(geometry.GroupInputs % 4 == 0, geometry.GroupOutputs % 4 == 0, geometry.GroupOutputs % 4 == 0));

    public void Conv2dInputGradient(
        Tensor dx, Tensor scratch, Tensor dy, Tensor w, Conv2dGeometry geometry, Write write) =>
        Convolve<ReaderGradients, WeightsTransposed>(
            dx, scratch, dy, w, Tensor.None, geometry, Conv2dPass.InputGradient, write,
            new Fours(geometry.GroupOutputs % 4 == 0, geometry.GroupOutputs % 4 == 0, geometry.GroupInputs % 4 == 0));

    public void Conv2dWeightGradient(
        Tensor dw, Tensor scratch, Tensor x, Tensor dy, Conv2dGeometry geometry, Write write) =>
        Convolve<PatchesTransposed, Columns>(
            dw, scratch, x, dy, Tensor.None, geometry, Conv2dPass.WeightGradient, write,
            new Fours(geometry.GroupInputs % 4 == 0, geometry.GroupOutputs % 4 == 0, geometry.GroupOutputs % 4 == 0));

    private void Convolve<TRow, TColumn>(
        Tensor result, Tensor scratch, Tensor a, Tensor b, Tensor bias, Conv2dGeometry geometry, Conv2dPass pass,
        Write write, Fours four)
        where TRow : struct, IRowOperand where TColumn : struct, IColumnOperand
    {
        Calls++;
        Flops += geometry.Flops;
        for (int i = 0; i < ProductSizes.CountOf(geometry, pass); i++)
        {
            var sizes = ProductSizes.Of(geometry, pass, i);
            // A phase without pixels has no gradient; one without taps has a gradient of zero.
            if (sizes.M > 0 && (sizes.K > 0 || write == Write.Set))
                Product<TRow, TColumn>(result, scratch, a, b, bias, sizes, write, four);
        }
    }
}
