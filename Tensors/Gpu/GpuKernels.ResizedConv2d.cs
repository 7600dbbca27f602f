using ILGPU;
using ILGPU.Runtime;
using ManSharp.Tensors.Kernels;
using Values = ILGPU.ArrayView<float>;

namespace ManSharp.Tensors.Gpu;

/// <remarks>
/// One thread a value. The gradient gathers: a tap's pixel asks the outputs whose shifted place lies less than one pixel
/// away, in row-major order.
/// </remarks>
internal sealed partial class GpuKernels
{
    private Action<AcceleratorStream, KernelConfig, Values, Values, ImageIndex, int>? transposeTaps;
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, ResizedConv2dGeometry, TapsIndex, int>? resizeTaps;
    private Action<AcceleratorStream, KernelConfig, Values, Values, ResizedConv2dGeometry, TapsIndex>? resizeTapsGradient;

    public void GatherTaps(Tensor columns, Tensor w, ResizedConv2dGeometry geometry)
    {
        Calls++;
        TransposeTaps(columns, w, new Shape(1, geometry.C, geometry.R * geometry.S, geometry.K), Write.Set);
    }

    public void ScatterTaps(Tensor dw, Tensor dcolumns, ResizedConv2dGeometry geometry, Write write)
    {
        Calls++;
        TransposeTaps(dw, dcolumns, new Shape(1, geometry.R * geometry.S, geometry.C, geometry.K), write);
    }

    public void ResizeTaps(Tensor y, Tensor taps, Tensor bias, ResizedConv2dGeometry geometry)
    {
        Calls++;
        resizeTaps ??= loader.Load<
            Action<AcceleratorStream, KernelConfig, Values, Values, Values, ResizedConv2dGeometry, TapsIndex, int>>(
                ResizeTapsKernel);
        resizeTaps(
            stream, Flat(y.Length), y.View(), taps.View(), Optional(bias), geometry, new TapsIndex(geometry, geometry.Output),
            Present(bias));
    }

    public void ResizeTapsGradient(Tensor dtaps, Tensor dy, ResizedConv2dGeometry geometry)
    {
        Calls++;
        resizeTapsGradient ??= loader.Load<
            Action<AcceleratorStream, KernelConfig, Values, Values, ResizedConv2dGeometry, TapsIndex>>(
                ResizeTapsGradientKernel);
        resizeTapsGradient(
            stream, Flat(dtaps.Length), dtaps.View(), dy.View(), geometry, new TapsIndex(geometry, geometry.Taps));
    }

    private void TransposeTaps(Tensor to, Tensor from, Shape destination, Write write)
    {
        transposeTaps ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values, ImageIndex, int>>(
            TransposeTapsKernel);
        transposeTaps(stream, Flat(to.Length), to.View(), from.View(), new ImageIndex(destination), Adds(write));
    }

    /// <summary>Divisors of a resized convolution: places of values, units of positions, and the parts of a tap channel.</summary>
    internal readonly struct TapsIndex(ResizedConv2dGeometry g, Shape values)
    {
        internal readonly ImageIndex Places = new(values);
        internal readonly FastDivision UnitH = new(Math.Max(g.H - 1, 1)), UnitW = new(Math.Max(g.W - 1, 1));
        internal readonly FastDivision UnitP = new(Math.Max(g.P - 1, 1)), UnitQ = new(Math.Max(g.Q - 1, 1));
        internal readonly FastDivision Outputs = new(g.K), Columns = new(g.S);
    }

    // to[a, b, k] (+)= from[b, a, k]
    private static void TransposeTapsKernel(Values to, Values from, ImageIndex index, int add)
    {
        int i = FlatIndex;
        if (!IsInside(i, index.Length))
            return;
        ImagePlace place = index.Of(i);
        Put(to, i, from[(place.W * index.Rows + place.H) * index.Channels + place.C], add);
    }

    private static void ResizeTapsKernel(
        Values y, Values taps, Values bias, ResizedConv2dGeometry g, TapsIndex index, int hasBias)
    {
        int i = FlatIndex;
        if (!IsInside(i, index.Places.Length))
            return;
        ImagePlace place = index.Places.Of(i);
        int k = place.C, unitH = Most(g.P - 1, 1), unitW = Most(g.Q - 1, 1), channels = g.R * g.S * g.K;
        float sum = hasBias != 0 ? bias[k] : 0f;
        for (int r = 0; r < g.R; r++)
        {
            int p = place.H + r - (g.R - 1) / 2;
            if (p < 0 || p >= g.P)
                continue;
            int h = index.UnitP.Divide(p * (g.H - 1));
            float down = (p * (g.H - 1) - h * unitH) / (float)unitH;
            int top = (place.N * g.H + h) * g.W, bottom = (place.N * g.H + Least(h + 1, g.H - 1)) * g.W;
            for (int s = 0; s < g.S; s++)
            {
                int q = place.W + s - (g.S - 1) / 2;
                if (q < 0 || q >= g.Q)
                    continue;
                int w = index.UnitQ.Divide(q * (g.W - 1)), right = Least(w + 1, g.W - 1);
                float across = (q * (g.W - 1) - w * unitW) / (float)unitW;
                int tap = (r * g.S + s) * g.K + k;
                sum += taps[(top + w) * channels + tap] * ((1 - down) * (1 - across))
                    + taps[(top + right) * channels + tap] * ((1 - down) * across)
                    + taps[(bottom + w) * channels + tap] * (down * (1 - across))
                    + taps[(bottom + right) * channels + tap] * (down * across);
            }
        }
        y[i] = sum;
    }

    private static void ResizeTapsGradientKernel(Values dtaps, Values dy, ResizedConv2dGeometry g, TapsIndex index)
    {
        int i = FlatIndex;
        if (!IsInside(i, index.Places.Length))
            return;
        ImagePlace place = index.Places.Of(i);
        int tap = index.Outputs.Divide(place.C), k = index.Outputs.Rest(place.C, tap);
        int r = index.Columns.Divide(tap), s = index.Columns.Rest(tap, r);
        int firstP = FirstReader(place.H, g.H, g.P, index.UnitH), endP = EndReader(place.H, g.H, g.P, index.UnitH);
        int firstQ = FirstReader(place.W, g.W, g.Q, index.UnitW), endQ = EndReader(place.W, g.W, g.Q, index.UnitW);
        // Row p of the resized taps is read by output row p - r + (R - 1) / 2.
        int shiftP = (g.R - 1) / 2 - r, shiftQ = (g.S - 1) / 2 - s;
        float sum = 0;
        for (int p = Most(firstP, -shiftP); p < Least(endP, g.P - shiftP); p++)
        {
            float row = 0;
            for (int q = Most(firstQ, -shiftQ); q < Least(endQ, g.Q - shiftQ); q++)
                row += dy[((place.N * g.P + p + shiftP) * g.Q + q + shiftQ) * g.K + k] * ReaderWeight(place.W, q, g.W, g.Q);
            sum += row * ReaderWeight(place.H, p, g.H, g.P);
        }
        dtaps[i] = sum;
    }
}
