using ILGPU;
using ILGPU.Runtime;
using ManSharp.Tensors.Kernels;
using Values = ILGPU.ArrayView<float>;

namespace ManSharp.Tensors.Gpu;

/// <remarks>One thread a value of the destination. Gradients gather: a pixel asks the windows that hold it, in order.</remarks>
internal sealed partial class GpuKernels
{
    private Action<AcceleratorStream, KernelConfig, Values, Values, PoolGeometry, ImageIndex>? averagePool;
    private Action<AcceleratorStream, KernelConfig, Values, Values, PoolGeometry, ImageIndex, int>? averagePoolGradient;
    private Action<AcceleratorStream, KernelConfig, Values, Values, int, int, int>? globalPool;
    private Action<AcceleratorStream, KernelConfig, Values, Values, int, int, int, int>? globalPoolGradient;
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, PoolGeometry, ImageIndex>? maxPool;
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, PoolGeometry, ImageIndex, int>?
        maxPoolGradient;

    public void AveragePool(Tensor y, Tensor x, PoolGeometry geometry)
    {
        Calls++;
        averagePool ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values, PoolGeometry, ImageIndex>>(
            AveragePoolKernel);
        averagePool(stream, Flat(y.Length), y.View(), x.View(), geometry, new ImageIndex(geometry.Output));
    }

    public void AveragePoolGradient(Tensor dx, Tensor dy, PoolGeometry geometry, Write write)
    {
        Calls++;
        averagePoolGradient ??= loader.Load<
            Action<AcceleratorStream, KernelConfig, Values, Values, PoolGeometry, ImageIndex, int>>(
                AveragePoolGradientKernel);
        averagePoolGradient(stream, Flat(dx.Length), dx.View(), dy.View(), geometry, new ImageIndex(geometry.Input), Adds(write));
    }

    public void GlobalAveragePool(Tensor y, Tensor x)
    {
        Calls++;
        globalPool ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values, int, int, int>>(
            GlobalAveragePoolKernel);
        globalPool(stream, Flat(y.Length), y.View(), x.View(), x.Shape.Last, x.Shape[1] * x.Shape[2], y.Length);
    }

    public void GlobalAveragePoolGradient(Tensor dx, Tensor dy, Write write)
    {
        Calls++;
        globalPoolGradient ??= loader.Load<
            Action<AcceleratorStream, KernelConfig, Values, Values, int, int, int, int>>(
                GlobalAveragePoolGradientKernel);
        globalPoolGradient(
            stream, Flat(dx.Length), dx.View(), dy.View(), dx.Shape.Last, dx.Shape[1] * dx.Shape[2], dx.Length, Adds(write));
    }

    public void MaxPool(Tensor y, Tensor places, Tensor x, PoolGeometry geometry)
    {
        Calls++;
        maxPool ??= loader.Load<
            Action<AcceleratorStream, KernelConfig, Values, Values, Values, PoolGeometry, ImageIndex>>(
                MaxPoolKernel);
        maxPool(stream, Flat(y.Length), y.View(), places.View(), x.View(), geometry, new ImageIndex(geometry.Output));
    }

    public void MaxPoolGradient(Tensor dx, Tensor dy, Tensor places, PoolGeometry geometry, Write write)
    {
        Calls++;
        maxPoolGradient ??= loader.Load<
            Action<AcceleratorStream, KernelConfig, Values, Values, Values, PoolGeometry, ImageIndex, int>>(
                MaxPoolGradientKernel);
        maxPoolGradient(stream, Flat(dx.Length), dx.View(), dy.View(), places.View(), geometry, new ImageIndex(geometry.Input), Adds(write));
    }

    private static int Least(int a, int b) => a < b ? a : b;

    private static int Most(int a, int b) => a > b ? a : b;

    /// <summary>The first window that holds a pixel, in one direction.</summary>
    private static int FirstWindow(int pixel, int window, int stride, int padding)
    {
        int reach = pixel + padding - window;
        return reach < 0 ? 0 : reach / stride + 1;
    }

    /// <summary>The end of the windows that hold a pixel, in one direction.</summary>
    private static int EndWindow(int pixel, int stride, int padding, int windows) =>
        Least(windows, (pixel + padding) / stride + 1);

    private static void AveragePoolKernel(Values y, Values x, PoolGeometry g, ImageIndex index)
    {
        int i = FlatIndex;
        if (!IsInside(i, index.Length))
            return;
        ImagePlace place = index.Of(i);
        int n = place.N, p = place.H, q = place.W, c = place.C;
        int top = p * g.Stride - g.Padding, left = q * g.Stride - g.Padding;
        int startH = Most(top, 0), endH = Least(top + g.R, g.H), startW = Most(left, 0), endW = Least(left + g.S, g.W);
        float sum = 0;
        for (int h = startH; h < endH; h++)
            for (int w = startW; w < endW; w++)
                sum += x[((n * g.H + h) * g.W + w) * g.C + c];
        y[i] = sum / ((endH - startH) * (endW - startW));
    }

    private static void AveragePoolGradientKernel(Values dx, Values dy, PoolGeometry g, ImageIndex index, int add)
    {
        int i = FlatIndex;
        if (!IsInside(i, index.Length))
            return;
        ImagePlace place = index.Of(i);
        int n = place.N, h = place.H, w = place.W, c = place.C;
        float sum = 0;
        for (int p = FirstWindow(h, g.R, g.Stride, g.Padding); p < EndWindow(h, g.Stride, g.Padding, g.P); p++)
            for (int q = FirstWindow(w, g.S, g.Stride, g.Padding); q < EndWindow(w, g.Stride, g.Padding, g.Q); q++)
            {
                int top = p * g.Stride - g.Padding, left = q * g.Stride - g.Padding;
                int rows = Least(top + g.R, g.H) - Most(top, 0), columns = Least(left + g.S, g.W) - Most(left, 0);
                sum += dy[((n * g.P + p) * g.Q + q) * g.C + c] / (rows * columns);
            }
        Put(dx, i, sum, add);
    }

    private static void GlobalAveragePoolKernel(Values y, Values x, int channels, int pixels, int length)
    {
        int i = FlatIndex;
        if (!IsInside(i, length))
            return;
        int n = i / channels;
        int at = n * pixels * channels + (i - n * channels);
        float sum = 0;
        for (int pixel = 0; pixel < pixels; pixel++)
            sum += x[at + pixel * channels];
        y[i] = sum / pixels;
    }

    private static void GlobalAveragePoolGradientKernel(
        Values dx, Values dy, int channels, int pixels, int length, int add)
    {
        int i = FlatIndex;
        if (IsInside(i, length))
            Put(dx, i, dy[i / channels / pixels * channels + i % channels] / pixels, add);
    }

    // Strictly greater, so that the first of equals stays.
    private static void MaxPoolKernel(Values y, Values places, Values x, PoolGeometry g, ImageIndex index)
    {
        int i = FlatIndex;
        if (!IsInside(i, index.Length))
            return;
        ImagePlace place = index.Of(i);
        int n = place.N, p = place.H, q = place.W, c = place.C;
        int top = p * g.Stride - g.Padding, left = q * g.Stride - g.Padding;
        int startH = Most(top, 0), endH = Least(top + g.R, g.H), startW = Most(left, 0), endW = Least(left + g.S, g.W);
        float best = x[((n * g.H + startH) * g.W + startW) * g.C + c];
        int greatest = (startH - top) * g.S + startW - left;
        for (int h = startH; h < endH; h++)
            for (int w = startW; w < endW; w++)
            {
                float value = x[((n * g.H + h) * g.W + w) * g.C + c];
                greatest = value > best ? (h - top) * g.S + w - left : greatest;
                best = value > best ? value : best;
            }
        y[i] = best;
        places[i] = greatest;
    }

    private static void MaxPoolGradientKernel(
        Values dx, Values dy, Values places, PoolGeometry g, ImageIndex index, int add)
    {
        int i = FlatIndex;
        if (!IsInside(i, index.Length))
            return;
        ImagePlace place = index.Of(i);
        int n = place.N, h = place.H, w = place.W, c = place.C;
        float sum = 0;
        for (int p = FirstWindow(h, g.R, g.Stride, g.Padding); p < EndWindow(h, g.Stride, g.Padding, g.P); p++)
            for (int q = FirstWindow(w, g.S, g.Stride, g.Padding); q < EndWindow(w, g.Stride, g.Padding, g.Q); q++)
            {
                int own = (h + g.Padding - p * g.Stride) * g.S + w + g.Padding - q * g.Stride;
                int at = ((n * g.P + p) * g.Q + q) * g.C + c;
                sum += places[at] == own ? dy[at] : 0f;
            }
        Put(dx, i, sum, add);
    }
}
