using ILGPU;
using ILGPU.Runtime;
using ManSharp.Tensors.Kernels;
using Values = ILGPU.ArrayView<float>;

namespace ManSharp.Tensors.Gpu;

/// <remarks>
/// Convolutions whose channels are in groups, one thread a value: a group of 8 channels is too narrow for the tiles of
/// whole products. Each sum runs in the order of its formula.
/// </remarks>
internal sealed partial class GpuKernels
{
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, Values, Conv2dGeometry, ImageIndex, int>? groupedForward;
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, Conv2dGeometry, ImageIndex, int>? groupedInput;
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, Conv2dGeometry, ImageIndex, int>? groupedWeight;

    private void GroupedForward(Tensor y, Tensor x, Tensor w, Tensor bias, Conv2dGeometry geometry)
    {
        groupedForward ??= loader.Load<
            Action<AcceleratorStream, KernelConfig, Values, Values, Values, Values, Conv2dGeometry, ImageIndex, int>>(
                GroupedForwardKernel);
        groupedForward(
            stream, Flat(y.Length), y.View(), x.View(), w.View(), Optional(bias), geometry, new ImageIndex(geometry.Output),
            Present(bias));
    }

    private void GroupedInputGradient(Tensor dx, Tensor dy, Tensor w, Conv2dGeometry geometry, Write write)
    {
        groupedInput ??= loader.Load<
            Action<AcceleratorStream, KernelConfig, Values, Values, Values, Conv2dGeometry, ImageIndex, int>>(
                GroupedInputGradientKernel);
        groupedInput(
            stream, Flat(dx.Length), dx.View(), dy.View(), w.View(), geometry, new ImageIndex(geometry.Input), Adds(write));
    }

    private void GroupedWeightGradient(Tensor dw, Tensor x, Tensor dy, Conv2dGeometry geometry, Write write)
    {
        groupedWeight ??= loader.Load<
            Action<AcceleratorStream, KernelConfig, Values, Values, Values, Conv2dGeometry, ImageIndex, int>>(
                GroupedWeightGradientKernel);
        // One group of threads a value of dw: the sum over the batch is long.
        groupedWeight(
            stream, Groups(dw.Length), dw.View(), x.View(), dy.View(), geometry, new ImageIndex(geometry.Weight), Adds(write));
    }

    private static void GroupedForwardKernel(
        Values y, Values x, Values w, Values bias, Conv2dGeometry g, ImageIndex index, int hasBias)
    {
        int i = FlatIndex;
        if (!IsInside(i, index.Length))
            return;
        ImagePlace place = index.Of(i);
        int inputs = g.C / g.Groups, first = place.C / (g.K / g.Groups) * inputs;
        float sum = hasBias != 0 ? bias[place.C] : 0f;
        for (int r = 0; r < g.R; r++)
            for (int s = 0; s < g.S; s++)
            {
                int h = place.H * g.Stride + r - g.Padding, across = place.W * g.Stride + s - g.Padding;
                if (h < 0 || h >= g.H || across < 0 || across >= g.W)
                    continue;
                int from = ((place.N * g.H + h) * g.W + across) * g.C + first, tap = (r * g.S + s) * inputs * g.K + place.C;
                for (int c = 0; c < inputs; c++)
                    sum += x[from + c] * w[tap + c * g.K];
            }
        y[i] = sum;
    }

    private static void GroupedInputGradientKernel(
        Values dx, Values dy, Values w, Conv2dGeometry g, ImageIndex index, int add)
    {
        int i = FlatIndex;
        if (!IsInside(i, index.Length))
            return;
        ImagePlace place = index.Of(i);
        int inputs = g.C / g.Groups, outputs = g.K / g.Groups, group = place.C / inputs, c = place.C - group * inputs;
        float sum = 0;
        for (int r = 0; r < g.R; r++)
            for (int s = 0; s < g.S; s++)
            {
                int down = place.H + g.Padding - r, across = place.W + g.Padding - s;
                int p = down / g.Stride, q = across / g.Stride;
                if (down < 0 || across < 0 || p * g.Stride != down || q * g.Stride != across || p >= g.P || q >= g.Q)
                    continue;
                int from = ((place.N * g.P + p) * g.Q + q) * g.K + group * outputs;
                int tap = ((r * g.S + s) * inputs + c) * g.K + group * outputs;
                for (int k = 0; k < outputs; k++)
                    sum += dy[from + k] * w[tap + k];
            }
        Put(dx, i, sum, add);
    }

    private static void GroupedWeightGradientKernel(
        Values dw, Values x, Values dy, Conv2dGeometry g, ImageIndex index, int add)
    {
        Values shared = SharedMemory.Allocate<float>(GroupSize);
        int i = Grid.IdxX;
        // dw is [R, S, C / G, K]: its places are n = r, h = s, w = c, c = k of an image's index with R images.
        ImagePlace place = index.Of(i);
        int inputs = g.C / g.Groups, k = place.C;
        int channel = k / (g.K / g.Groups) * inputs + place.W;
        float sum = 0;
        for (int pixel = Group.IdxX; pixel < g.N * g.P * g.Q; pixel += GroupSize)
        {
            int row = pixel / g.Q, q = pixel - row * g.Q, n = row / g.P, p = row - n * g.P;
            int h = p * g.Stride + place.N - g.Padding, across = q * g.Stride + place.H - g.Padding;
            if (h < 0 || h >= g.H || across < 0 || across >= g.W)
                continue;
            sum += x[((n * g.H + h) * g.W + across) * g.C + channel] * dy[pixel * g.K + k];
        }
        sum = GroupSum(shared, sum, GroupSize);
        if (Group.IdxX == 0)
            Put(dw, i, sum, add);
    }
}
