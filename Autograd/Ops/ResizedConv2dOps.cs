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
        Tensor columns = tape.Device.Rent(new Shape(geometry.C, geometry.TapChannels));
        Tensor taps = tape.Device.Rent(Rows(geometry.Taps));
        tape.Kernels.GatherTaps(columns, weight.Value, geometry);
        tape.Gemm(taps, RowsOf(tape.ValueOf(x)), columns, Tensor.None, Product(geometry), Write.Set);
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

    private static Shape Rows(Shape images) => new(images.Rows, images.Last);

    private static Tensor RowsOf(Tensor images) => images.Reshape(Rows(images.Shape));

    // taps [N H W, R S K] = x [N H W, C] columns [C, R S K]
    private static GemmGeometry Product(ResizedConv2dGeometry g) =>
        GemmGeometry.Create(Rows(g.Input), new Shape(g.C, g.TapChannels));

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
            Shape columnsShape = new(Geometry.C, Geometry.TapChannels), rows = Rows(Geometry.Taps);
            Tensor dtaps = tape.Device.Rent(rows), columns = tape.Device.Rent(columnsShape);
            tape.Kernels.ResizeTapsGradient(dtaps, dy, Geometry);
            // dcolumns = x^T dtaps
            if (Weight.Trains)
            {
                Tensor x = RowsOf(tape.ValueOf(X));
                tape.Gemm(columns, x, dtaps, Tensor.None, GemmGeometry.Create(x.Shape, rows, transposeA: true), Write.Set);
                tape.Kernels.ScatterTaps(Weight.GradientFor(out Write write), columns, Geometry, write);
            }
            // dx = dtaps columns^T
            if (tape.NeedsGradient(X))
            {
                tape.Kernels.GatherTaps(columns, Weight.Value, Geometry);
                Tensor dx = RowsOf(tape.GradientFor(X, out Write write));
                tape.Gemm(dx, dtaps, columns, Tensor.None, GemmGeometry.Create(rows, columnsShape, transposeB: true), write);
            }
            columns.Release();
            dtaps.Release();
        }
    }
}
