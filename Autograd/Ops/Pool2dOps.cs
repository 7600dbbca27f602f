using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Autograd.Ops;

/// <summary>Pooling on a tape.</summary>
public static class Pool2dOps
{
    /// <summary>y[n, c] = mean over h, w of x[n, h, w, c].</summary>
    /// <exception cref="ShapeException">x is no batch of images.</exception>
    public static Variable GlobalAveragePool(this Tape tape, Variable x)
    {
        Shape shape = x.Shape;
        if (shape.Rank != 4)
            throw new ShapeException($"GlobalAveragePool: x [N, H, W, C] was expected. Got {shape}.");
        Variable y = tape.NewValue(new Shape(shape[0], shape[3]), tape.NeedsGradient(x));
        tape.Kernels.GlobalAveragePool(tape.ValueOf(y), tape.ValueOf(x));
        if (tape.NeedsGradient(y))
            tape.Record<GlobalAverageNode>(y).X = x;
        return y;
    }

    /// <summary>y[n, p, q, c] = mean of x over the pixels of the window that lie inside the image.</summary>
    /// <exception cref="ShapeException">The window does not fit.</exception>
    public static Variable AveragePool(this Tape tape, Variable x, int window, int stride, int padding = 0)
    {
        PoolGeometry geometry = PoolGeometry.Create(x.Shape, window, window, stride, padding);
        Variable y = tape.NewValue(geometry.Output, tape.NeedsGradient(x));
        tape.Kernels.AveragePool(tape.ValueOf(y), tape.ValueOf(x), geometry);
        if (tape.NeedsGradient(y))
        {
            AverageNode node = tape.Record<AverageNode>(y);
            (node.X, node.Geometry) = (x, geometry);
        }
        return y;
    }

    /// <summary>y[n, p, q, c] = greatest of x in the window.</summary>
    /// <exception cref="ShapeException">The window does not fit.</exception>
    public static Variable MaxPool(this Tape tape, Variable x, int window, int stride, int padding = 0)
    {
        PoolGeometry geometry = PoolGeometry.Create(x.Shape, window, window, stride, padding);
        Variable y = tape.NewValue(geometry.Output, tape.NeedsGradient(x));
        Tensor places = tape.Device.Rent(geometry.Output);
        tape.Kernels.MaxPool(tape.ValueOf(y), places, tape.ValueOf(x), geometry);
        if (tape.NeedsGradient(y))
        {
            MaxNode node = tape.Record<MaxNode>(y);
            (node.X, node.Places, node.Geometry) = (x, places, geometry);
        }
        else
            places.Release();
        return y;
    }

    private sealed class GlobalAverageNode : Node
    {
        internal Variable X;

        internal override void Backward(Tape tape) =>
            tape.Kernels.GlobalAveragePoolGradient(tape.GradientFor(X, out Write write), tape.OutputGradient(this), write);
    }

    private sealed class AverageNode : Node
    {
        internal Variable X;
        internal PoolGeometry Geometry;

        internal override void Backward(Tape tape) =>
            tape.Kernels.AveragePoolGradient(
                tape.GradientFor(X, out Write write), tape.OutputGradient(this), Geometry, write);
    }

    private sealed class MaxNode : Node
    {
        internal Variable X;
        internal Tensor Places;
        internal PoolGeometry Geometry;

        internal override void Backward(Tape tape) =>
            tape.Kernels.MaxPoolGradient(
                tape.GradientFor(X, out Write write), tape.OutputGradient(this), Places, Geometry, write);

        internal override void Release()
        {
            if (!Places.IsNone)
                Places.Release();
            Places = Tensor.None;
        }
    }
}
