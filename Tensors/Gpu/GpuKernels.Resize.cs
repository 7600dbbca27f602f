using ILGPU;
using ILGPU.Runtime;
using ManSharp.Tensors.Kernels;
using Values = ILGPU.ArrayView<float>;

namespace ManSharp.Tensors.Gpu;

/// <remarks>
/// Positions are exact fractions: output p of P reads input p (H - 1) / (P - 1), computed in whole numbers. The gradient
/// gathers: a pixel of dx asks the outputs that lie less than one pixel away, in row-major order.
/// </remarks>
internal sealed partial class GpuKernels
{
    private Action<AcceleratorStream, KernelConfig, Values, Values, ResizeGeometry, ResizeIndex>? resize;
    private Action<AcceleratorStream, KernelConfig, Values, Values, ResizeGeometry, ResizeIndex, int>? resizeGradient;

    public void ResizeBilinear(Tensor y, Tensor x, ResizeGeometry geometry)
    {
        Calls++;
        resize ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values, ResizeGeometry, ResizeIndex>>(
            ResizeBilinearKernel);
        resize(stream, Flat(y.Length), y.View(), x.View(), geometry, new ResizeIndex(geometry, geometry.Output));
    }

    public void ResizeBilinearGradient(Tensor dx, Tensor dy, ResizeGeometry geometry, Write write)
    {
        Calls++;
        resizeGradient ??= loader.Load<
            Action<AcceleratorStream, KernelConfig, Values, Values, ResizeGeometry, ResizeIndex, int>>(
                ResizeBilinearGradientKernel);
        resizeGradient(stream, Flat(dx.Length), dx.View(), dy.View(), geometry, new ResizeIndex(geometry, geometry.Input), Adds(write));
    }

    /// <summary>Divisors of a resize: places of values, and the units in which positions are counted.</summary>
    internal readonly struct ResizeIndex(ResizeGeometry g, Shape values)
    {
        internal readonly ImageIndex Places = new(values);
        internal readonly FastDivision UnitH = new(Math.Max(g.H - 1, 1)), UnitW = new(Math.Max(g.W - 1, 1));
        internal readonly FastDivision UnitP = new(Math.Max(g.P - 1, 1)), UnitQ = new(Math.Max(g.Q - 1, 1));
    }

    /// <summary>The first output that reads an input pixel: those less than one pixel away from it.</summary>
    private static int FirstReader(int input, int inputs, int outputs, FastDivision unit) =>
        inputs == 1 || input == 0 ? 0 : unit.Divide((input - 1) * Most(outputs - 1, 1)) + 1;

    /// <summary>The end of the outputs that read an input pixel.</summary>
    private static int EndReader(int input, int inputs, int outputs, FastDivision unit) => inputs == 1
        ? outputs
        : Least(outputs, unit.Divide((input + 1) * Most(outputs - 1, 1) + inputs - 2));

    // 1 - |p (H - 1) / (P - 1) - h|
    private static float ReaderWeight(int input, int output, int inputs, int outputs)
    {
        int unit = Most(outputs - 1, 1);
        int distance = output * (inputs - 1) - input * unit;
        distance = distance < 0 ? -distance : distance;
        return (unit - distance) / (float)unit;
    }

    private static void ResizeBilinearKernel(Values y, Values x, ResizeGeometry g, ResizeIndex index)
    {
        int i = FlatIndex;
        if (!IsInside(i, index.Places.Length))
            return;
        ImagePlace place = index.Places.Of(i);
        int n = place.N, p = place.H, q = place.W, c = place.C;
        int unitH = Most(g.P - 1, 1), unitW = Most(g.Q - 1, 1);
        int h = index.UnitP.Divide(p * (g.H - 1)), w = index.UnitQ.Divide(q * (g.W - 1));
        float down = (p * (g.H - 1) - h * unitH) / (float)unitH, across = (q * (g.W - 1) - w * unitW) / (float)unitW;
        int top = (n * g.H + h) * g.W, bottom = (n * g.H + Least(h + 1, g.H - 1)) * g.W, right = Least(w + 1, g.W - 1);
        y[i] = x[(top + w) * g.C + c] * ((1 - down) * (1 - across))
            + x[(top + right) * g.C + c] * ((1 - down) * across)
            + x[(bottom + w) * g.C + c] * (down * (1 - across))
            + x[(bottom + right) * g.C + c] * (down * across);
    }

    private static void ResizeBilinearGradientKernel(Values dx, Values dy, ResizeGeometry g, ResizeIndex index, int add)
    {
        int i = FlatIndex;
        if (!IsInside(i, index.Places.Length))
            return;
        ImagePlace place = index.Places.Of(i);
        int n = place.N, h = place.H, w = place.W, c = place.C;
        int firstP = FirstReader(h, g.H, g.P, index.UnitH), endP = EndReader(h, g.H, g.P, index.UnitH);
        int firstQ = FirstReader(w, g.W, g.Q, index.UnitW), endQ = EndReader(w, g.W, g.Q, index.UnitW);
        float sum = 0;
        for (int p = firstP; p < endP; p++)
        {
            float row = 0;
            for (int q = firstQ; q < endQ; q++)
                row += dy[((n * g.P + p) * g.Q + q) * g.C + c] * ReaderWeight(w, q, g.W, g.Q);
            sum += row * ReaderWeight(h, p, g.H, g.P);
        }
        Put(dx, i, sum, add);
    }
}
