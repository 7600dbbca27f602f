using ILGPU;
using ILGPU.Runtime;
using ManSharp.Tensors.Kernels;
using Values = ILGPU.ArrayView<float>;

namespace ManSharp.Tensors.Gpu;

internal sealed partial class GpuKernels
{
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, int>? softmax;
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, Values,
        int, float, int>? softmaxGradient;
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, int>? binary;
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, Values,
        float, int, int>? binaryGradient;

    public void SoftmaxCrossEntropy(Tensor loss, Tensor logits, Tensor labels)
    {
        Calls++;
        int rows = labels.Length;
        CheckWorkspace("SoftmaxCrossEntropy", rows);
        softmax ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values, Values,
            int>>(SoftmaxCrossEntropyKernel, RowGroupSize);
        softmax(stream, Groups(rows, RowGroupSize), partials, logits.View(), labels.View(), logits.Shape.Last);
        SumPartials(loss, rows, (float)(1.0 / rows), Write.Set);
    }

    public void SoftmaxCrossEntropyGradient(Tensor dlogits, Tensor upstream, Tensor logits, Tensor labels, Write write)
    {
        Calls++;
        int rows = labels.Length;
        softmaxGradient ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values,
            Values, Values, int, float, int>>(SoftmaxCrossEntropyGradientKernel, RowGroupSize);
        softmaxGradient(
            stream, Groups(rows, RowGroupSize), dlogits.View(), upstream.View(), logits.View(), labels.View(),
            logits.Shape.Last, (float)(1.0 / rows), Adds(write));
    }

    public void BinaryCrossEntropy(Tensor loss, Tensor logits, Tensor target)
    {
        Calls++;
        int groups = SumGroups(logits.Length);
        binary ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values, Values,
            int>>(BinaryCrossEntropyKernel);
        binary(stream, Groups(groups), partials, logits.View(), target.View(), logits.Length);
        SumPartials(loss, groups, (float)(1.0 / logits.Length), Write.Set);
    }

    public void BinaryCrossEntropyGradient(Tensor dlogits, Tensor upstream, Tensor logits, Tensor target, Write write)
    {
        Calls++;
        binaryGradient ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values,
            Values, Values, float, int, int>>(BinaryCrossEntropyGradientKernel);
        binaryGradient(
            stream, Flat(logits.Length), dlogits.View(), upstream.View(), logits.View(), target.View(),
            (float)(1.0 / logits.Length), logits.Length, Adds(write));
    }

    private static float RowMax(Values shared, Values x, int start, int length)
    {
        float greatest = x[start];
        for (int j = Group.IdxX; j < length; j += RowGroupSize)
            greatest = MathF.Max(greatest, x[start + j]);
        return GroupMax(shared, greatest, RowGroupSize);
    }

    private static float RowSumExp(Values shared, Values x, int start, int length, float offset)
    {
        float sum = 0;
        for (int j = Group.IdxX; j < length; j += RowGroupSize)
            sum += MathF.Exp(x[start + j] - offset);
        return GroupSum(shared, sum, RowGroupSize);
    }

    private static void SoftmaxCrossEntropyKernel(
        Values partials, Values logits, Values labels, int classes)
    {
        Values shared = SharedMemory.Allocate<float>(RowGroupSize);
        int row = Grid.IdxX;
        int start = row * classes;
        float greatest = RowMax(shared, logits, start, classes);
        float sum = RowSumExp(shared, logits, start, classes, greatest);
        if (Group.IdxX == 0)
            partials[row] = MathF.Log(sum) + (greatest - logits[start + (int)labels[row]]);
    }

    private static void SoftmaxCrossEntropyGradientKernel(
        Values dlogits, Values upstream, Values logits, Values labels, int classes,
        float share, int add)
    {
        Values shared = SharedMemory.Allocate<float>(RowGroupSize);
        int row = Grid.IdxX;
        int start = row * classes;
        int label = (int)labels[row];
        float greatest = RowMax(shared, logits, start, classes);
        float sum = RowSumExp(shared, logits, start, classes, greatest);
        float factor = upstream[0] * share;
        for (int j = Group.IdxX; j < classes; j += RowGroupSize)
        {
            float own = j == label ? 1f : 0f;
            Put(dlogits, start + j, (MathF.Exp(logits[start + j] - greatest) / sum - own) * factor, add);
        }
    }

    // max(z, 0) - z t + log(1 + exp(-|z|))
    private static void BinaryCrossEntropyKernel(
        Values partials, Values logits, Values target, int length)
    {
        Values shared = SharedMemory.Allocate<float>(GroupSize);
        int step = Grid.DimX * GroupSize;
        float sum = 0;
        for (int i = FlatIndex; IsInside(i, length); i += step)
        {
            float z = logits[i];
            sum += MathF.Max(z, 0f) - z * target[i] + MathF.Log(1f + MathF.Exp(-MathF.Abs(z)));
        }
        sum = GroupSum(shared, sum, GroupSize);
        if (Group.IdxX == 0)
            partials[Grid.IdxX] = sum;
    }

    private static void BinaryCrossEntropyGradientKernel(
        Values dlogits, Values upstream, Values logits, Values target, float share,
        int length, int add)
    {
        int i = FlatIndex;
        if (IsInside(i, length))
            Put(dlogits, i, (1f / (1f + MathF.Exp(-logits[i])) - target[i]) * (upstream[0] * share), add);
    }
}
