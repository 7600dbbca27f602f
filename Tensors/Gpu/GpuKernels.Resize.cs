using ILGPU;
using ILGPU.Runtime;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Gpu;

/// <remarks>
/// Positions are exact fractions: output p of P reads input p (H - 1) / (P - 1), computed in whole numbers. The gradient
/// gathers: a pixel of dx asks the outputs that lie less than one pixel away, in row-major order.
/// </remarks>
internal sealed partial class GpuKernels
{
    private Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ResizeGeometry>? resize;
    private Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ResizeGeometry, int>? resizeGradient;

    public void ResizeBilinear(Tensor y, Tensor x, ResizeGeometry geometry)
    {
        Calls++;
        resize ??= loader.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ResizeGeometry>>(
            ResizeBilinearKernel);
        resize(stream, Flat(y.Length), y.View(), x.View(), geometry);
    }

    public void ResizeBilinearGradient(Tensor dx, Tensor dy, ResizeGeometry geometry, Write write)
    {
        Calls++;
        resizeGradient ??= loader.Load<
            Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ResizeGeometry, int>>(
                ResizeBilinearGradientKernel);
        resizeGradient(stream, Flat(dx.Length), dx.View(), dy.View(), geometry, Adds(write));
    }

    /// <summary>The first output that reads an input pixel: those less than one pixel away from it.</summary>
    private static int FirstReader(int input, int inputs, int outputs) =>
        inputs == 1 || input == 0 ? 0 : (input - 1) * Most(outputs - 1, 1) / (inputs - 1) + 1;

    /// <summary>The end of the outputs that read an input pixel.</summary>
    private static int EndReader(int input, int inputs, int outputs) => inputs == 1
        ? outputs
        : Least(outputs, ((input + 1) * Most(outputs - 1, 1) + inputs - 2) / (inputs - 1));

    // 1 - |p (H - 1) / (P - 1) - h|
    private static float ReaderWeight(int input, int output, int inputs, int outputs)
    {
        int unit = Most(outputs - 1, 1);
        int distance = output * (inputs - 1) - input * unit;
        distance = distance < 0 ? -distance : distance;
        return (unit - distance) / (float)unit;
    }

    private static void ResizeBilinearKernel(ArrayView<float> y, ArrayView<float> x, ResizeGeometry g)
    {
        int i = FlatIndex;
        if (!IsInside(i, g.N * g.P * g.Q * g.C))
            return;
        int c = i % g.C, q = i / g.C % g.Q, p = i / g.C / g.Q % g.P, n = i / g.C / g.Q / g.P;
        int unitH = Most(g.P - 1, 1), unitW = Most(g.Q - 1, 1);
        int h = p * (g.H - 1) / unitH, w = q * (g.W - 1) / unitW;
        float down = (p * (g.H - 1) - h * unitH) / (float)unitH, across = (q * (g.W - 1) - w * unitW) / (float)unitW;
        int top = (n * g.H + h) * g.W, bottom = (n * g.H + Least(h + 1, g.H - 1)) * g.W, right = Least(w + 1, g.W - 1);
        y[i] = x[(top + w) * g.C + c] * ((1 - down) * (1 - across))
            + x[(top + right) * g.C + c] * ((1 - down) * across)
            + x[(bottom + w) * g.C + c] * (down * (1 - across))
            + x[(bottom + right) * g.C + c] * (down * across);
    }

    private static void ResizeBilinearGradientKernel(ArrayView<float> dx, ArrayView<float> dy, ResizeGeometry g, int add)
    {
        int i = FlatIndex;
        if (!IsInside(i, g.N * g.H * g.W * g.C))
            return;
        int c = i % g.C, w = i / g.C % g.W, h = i / g.C / g.W % g.H, n = i / g.C / g.W / g.H;
        int firstP = FirstReader(h, g.H, g.P), endP = EndReader(h, g.H, g.P);
        int firstQ = FirstReader(w, g.W, g.Q), endQ = EndReader(w, g.W, g.Q);
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
