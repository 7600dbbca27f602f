using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Autograd.Ops;

/// <summary>Convolution of a bilinearly resized image on a tape.</summary>
public static class ResizedConv2dOps
{
    /// <summary>
    /// y = conv(resize(x, height, width), w) + bias with stride 1 and zeros around, R and S odd. Where the size grows,
    /// the taps of the kernel are applied before resizing, and the resized image is never made: at 64 channels and
    /// 8x8 to 32x32 about a tenth of the arithmetic. Only x is kept.
    /// </summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="weight">[R, S, C, K].</param>
    /// <param name="bias">[K], or null.</param>
    /// <param name="height">Height of y.</param>
    /// <param name="width">Width of y.</param>
    /// <returns>[N, height, width, K].</returns>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public static Variable ResizedConv2d(
        this Tape tape, Variable x, Parameter weight, Parameter? bias, int height, int width)
    {
        ResizedConv2dGeometry geometry = ResizedConv2dGeometry.Create(x.Shape, weight.Shape, height, width);
        if (!TapsFirst(geometry))
            return tape.Conv2d(
                tape.ResizeBilinear(x, height, width), weight, bias, stride: 1, padding: (geometry.R - 1) / 2);
        Variable y = tape.NewValue(geometry.Output, weight.Trains || bias is { Trains: true } || tape.NeedsGradient(x));
        Conv2dGeometry product = Product(geometry);
        Tensor columns = tape.Device.Rent(product.Weight), taps = tape.Device.Rent(product.Output);
        tape.Kernels.GatherTaps(columns, weight.Value, geometry);
        using (Scratch scratch = tape.RentScratch(tape.Kernels.Conv2dScratch(product, Conv2dPass.Forward)))
            tape.Kernels.Conv2dForward(taps, scratch.Tensor, tape.ValueOf(x), columns, Tensor.None, product);
        columns.Release();
        tape.Kernels.ResizeTaps(tape.ValueOf(y), taps, bias?.Value ?? Tensor.None, geometry);
        taps.Release();
        if (tape.NeedsGradient(y))
        {
            ResizedConv2dNode node = tape.Record<ResizedConv2dNode>(y);
            (node.X, node.Weight, node.Bias, node.Geometry) = (x, weight, bias, geometry);
            if (weight.Trains)
                tape.Save(node, x);
        }
        return y;
    }

    // Each tap costs the same either way; what counts is at how many pixels. Below a doubling of the pixels the
    // resizing of all taps eats the gain.
    private static bool TapsFirst(ResizedConv2dGeometry g) =>
        g.R == g.S && (long)g.P * g.Q >= 2L * g.H * g.W && g.C > g.K;

    // taps [N, H, W, R S K] = x times columns [C, R S K] at every pixel: a convolution with a 1x1 kernel.
    private static Conv2dGeometry Product(ResizedConv2dGeometry g) =>
        Conv2dGeometry.Create(g.Input, new Shape(1, 1, g.C, g.TapChannels), stride: 1, padding: 0);

    private sealed class ResizedConv2dNode : Node
    {
        internal Variable X;
        internal Parameter Weight = null!;
        internal Parameter? Bias;
        internal ResizedConv2dGeometry Geometry;

        internal override void Backward(Tape tape)
        {
            Tensor dy = tape.OutputGradient(this);
            if (Bias is { Trains: true })
                tape.Kernels.SumRows(Bias.GradientFor(out Write biasWrite), dy, biasWrite);
            Conv2dGeometry product = Product(Geometry);
            Tensor dtaps = tape.Device.Rent(product.Output), columns = tape.Device.Rent(product.Weight);
            tape.Kernels.ResizeTapsGradient(dtaps, dy, Geometry);
            if (Weight.Trains)
            {
                using Scratch scratch = tape.RentScratch(tape.Kernels.Conv2dScratch(product, Conv2dPass.WeightGradient));
                tape.Kernels.Conv2dWeightGradient(columns, scratch.Tensor, tape.ValueOf(X), dtaps, product, Write.Set);
                tape.Kernels.ScatterTaps(Weight.GradientFor(out Write write), columns, Geometry, write);
            }
            if (tape.NeedsGradient(X))
            {
                tape.Kernels.GatherTaps(columns, Weight.Value, Geometry);
                using Scratch scratch = tape.RentScratch(tape.Kernels.Conv2dScratch(product, Conv2dPass.InputGradient));
                tape.Kernels.Conv2dInputGradient(
                    tape.GradientFor(X, out Write write), scratch.Tensor, dtaps, columns, product, write);
            }
            columns.Release();
            dtaps.Release();
        }
    }
}
