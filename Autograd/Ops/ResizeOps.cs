using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Autograd.Ops;

/// <summary>Bilinear resizing on a tape.</summary>
public static class ResizeOps
{
    /// <summary>y = x resized to height x width with aligned corners; x itself where the size is the same.</summary>
    /// <exception cref="ShapeException">x is no batch of images, or a size is not positive.</exception>
    public static Variable ResizeBilinear(this Tape tape, Variable x, int height, int width)
    {
        ResizeGeometry geometry = ResizeGeometry.Create(x.Shape, height, width);
        if (geometry.Input == geometry.Output)
            return x;
        Variable y = tape.NewValue(geometry.Output, tape.NeedsGradient(x));
        tape.Kernels.ResizeBilinear(tape.ValueOf(y), tape.ValueOf(x), geometry);
        if (tape.NeedsGradient(y))
        {
            ResizeNode node = tape.Record<ResizeNode>(y);
            (node.X, node.Geometry) = (x, geometry);
            tape.Save(node, x);
        }
        return y;
    }

    private sealed class ResizeNode : Node
    {
        internal Variable X;
        internal ResizeGeometry Geometry;

        internal override bool CanRecompute => true;

        internal override void Recompute(Tape tape) =>
            tape.Kernels.ResizeBilinear(tape.ValueOf(Output), tape.ValueOf(X), Geometry);

        internal override void Backward(Tape tape) =>
            tape.Kernels.ResizeBilinearGradient(
                tape.GradientFor(X, out Write write), tape.OutputGradient(this), Geometry, write);
    }
}
