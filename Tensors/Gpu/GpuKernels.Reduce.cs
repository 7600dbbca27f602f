using ILGPU;
using ILGPU.Runtime;
using ManSharp.Tensors.Kernels;
using Values = ILGPU.ArrayView<float>;

namespace ManSharp.Tensors.Gpu;

internal sealed partial class GpuKernels
{
    // Groups that sum a flat tensor: enough to fill a large GPU, few enough for one group to add their sums.
    private const int MostSumGroups = 1024;

    private Action<AcceleratorStream, KernelConfig, Values, Values, ColumnPlan>? sumRows;
    private Action<AcceleratorStream, KernelConfig, Values, Values, ColumnPlan, int>? sumRowsEnd;
    private Action<AcceleratorStream, KernelConfig, Values, Values, int>? sum;
    private Action<AcceleratorStream, KernelConfig, Values, Values, int, float, int>? sumEnd;
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, int>? countCorrect;

    public void SumRows(Tensor y, Tensor x, Write write)
    {
        Calls++;
        var plan = new ColumnPlan(x.Shape, WorkspaceLength);
        sumRows ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values, ColumnPlan>>(
            SumRowsKernel);
        sumRows(stream, Groups(plan.Chunks, plan.Strips, 1), partials, x.View(), plan);
        sumRowsEnd ??= loader.Load<
            Action<AcceleratorStream, KernelConfig, Values, Values, ColumnPlan, int>>(
                SumRowsEndKernel, ColumnPlan.EndGroupSize);
        sumRowsEnd(stream, Groups(plan.Channels, ColumnPlan.EndGroupSize), y.View(), partials, plan, Adds(write));
    }

    public void Sum(Tensor y, Tensor x, Write write)
    {
        Calls++;
        int groups = SumGroups(x.Length);
        sum ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values, int>>(SumKernel);
        sum(stream, Groups(groups), partials, x.View(), x.Length);
        SumPartials(y, groups, 1, write);
    }

    public void CountCorrect(Tensor y, Tensor logits, Tensor labels)
    {
        Calls++;
        CheckWorkspace("CountCorrect", labels.Length);
        countCorrect ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values,
            Values, int>>(CountCorrectKernel, RowGroupSize);
        countCorrect(
            stream, Groups(labels.Length, RowGroupSize), partials, logits.View(), labels.View(), logits.Shape.Last);
        SumPartials(y, labels.Length, 1, Write.Set);
    }

    /// <summary>Threads that share one row of logits, features or similarities.</summary>
    private const int RowGroupSize = 64;

    private static int SumGroups(int length) =>
        Math.Min(MostSumGroups, (int)(((long)length + 8 * GroupSize - 1) / (8 * GroupSize)));

    /// <summary>y[0] (+)= factor * the sum of the first partial results.</summary>
    private void SumPartials(Tensor y, int count, float factor, Write write)
    {
        sumEnd ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values, int, float, int>>(
            SumEndKernel);
        sumEnd(stream, Groups(1), y.View(), partials, count, factor, Adds(write));
    }

    private static void SumRowsKernel(Values partials, Values x, ColumnPlan plan)
    {
        Values shared = SharedMemory.Allocate<float>(GroupSize);
        int channel = plan.Channel;
        float sum = 0;
        if (channel < plan.Channels)
            for (int row = plan.FirstRow; row < plan.EndRow; row += plan.RowStep)
                sum += x[row * plan.Channels + channel];
        sum = plan.SumColumn(shared, sum);
        if (plan.WritesColumn)
            partials[plan.PartialIndex] = sum;
    }

    private static void SumRowsEndKernel(Values y, Values partials, ColumnPlan plan, int add)
    {
        Values shared = SharedMemory.Allocate<float>(ColumnPlan.EndGroupSize);
        int channel = Grid.IdxX;
        float sum = 0;
        for (int chunk = Group.IdxX; chunk < plan.Chunks; chunk += ColumnPlan.EndGroupSize)
            sum += partials[chunk * plan.Channels + channel];
        sum = GroupSum(shared, sum, ColumnPlan.EndGroupSize);
        if (Group.IdxX == 0)
            Put(y, channel, sum, add);
    }

    private static void SumKernel(Values partials, Values x, int length)
    {
        Values shared = SharedMemory.Allocate<float>(GroupSize);
        int step = Grid.DimX * GroupSize;
        float sum = 0;
        for (int i = FlatIndex; IsInside(i, length); i += step)
            sum += x[i];
        sum = GroupSum(shared, sum, GroupSize);
        if (Group.IdxX == 0)
            partials[Grid.IdxX] = sum;
    }

    private static void SumEndKernel(
        Values y, Values partials, int count, float factor, int add)
    {
        Values shared = SharedMemory.Allocate<float>(GroupSize);
        float sum = 0;
        for (int i = Group.IdxX; i < count; i += GroupSize)
            sum += partials[i];
        sum = GroupSum(shared, sum, GroupSize);
        if (Group.IdxX == 0)
            Put(y, 0, sum * factor, add);
    }

    // The first of equals wins: nothing before the label may reach its value, nothing after it exceed it.
    private static void CountCorrectKernel(
        Values partials, Values logits, Values labels, int classes)
    {
        Values shared = SharedMemory.Allocate<float>(RowGroupSize);
        int row = Grid.IdxX;
        int label = (int)labels[row];
        float own = logits[row * classes + label];
        float better = 0;
        for (int j = Group.IdxX; j < classes; j += RowGroupSize)
        {
            float value = logits[row * classes + j];
            better += value > own || (value == own && j < label) ? 1f : 0f;
        }
        better = GroupSum(shared, better, RowGroupSize);
        if (Group.IdxX == 0)
            partials[row] = better == 0 ? 1f : 0f;
    }
}
