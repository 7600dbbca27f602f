using ILGPU;
using ILGPU.Runtime;
using ManSharp.Tensors.Kernels;
using Values = ILGPU.ArrayView<float>;

namespace ManSharp.Tensors.Gpu;

/// <remarks>A group a row; its threads share the row's values, and a tree joins what they found.</remarks>
internal sealed partial class GpuKernels
{
    // Norms below this count as this.
    private const float NormFloor = 1e-12f;

    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, int>? normalizeRows;
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, Values,
        int, int>? normalizeRowsGradient;
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, float, int>?
        contrastive;
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, Values,
        float, int>? contrastiveGradient;

    public void NormalizeRows(Tensor y, Tensor norms, Tensor x)
    {
        Calls++;
        normalizeRows ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values,
            Values, int>>(NormalizeRowsKernel, RowGroupSize);
        normalizeRows(stream, Groups(x.Shape.Rows, RowGroupSize), y.View(), norms.View(), x.View(), x.Shape.Last);
    }

    public void NormalizeRowsGradient(Tensor dx, Tensor dy, Tensor y, Tensor norms, Write write)
    {
        Calls++;
        normalizeRowsGradient ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values,
            Values, Values, int, int>>(NormalizeRowsGradientKernel, RowGroupSize);
        normalizeRowsGradient(
            stream, Groups(y.Shape.Rows, RowGroupSize), dx.View(), dy.View(), y.View(), norms.View(), y.Shape.Last, Adds(write));
    }

    public void SupervisedContrastive(Tensor loss, Tensor similarity, Tensor labels, float temperature)
    {
        Calls++;
        int rows = labels.Length;
        CheckWorkspace("SupervisedContrastive", rows);
        contrastive ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values,
            Values, float, int>>(SupervisedContrastiveKernel, RowGroupSize);
        contrastive(stream, Groups(rows, RowGroupSize), partials, similarity.View(), labels.View(), 1 / temperature, rows);
        SumPartials(loss, rows, 1, Write.Set);
    }

    public void SupervisedContrastiveGradient(
        Tensor dsimilarity, Tensor upstream, Tensor similarity, Tensor labels, float temperature)
    {
        Calls++;
        int rows = labels.Length;
        contrastiveGradient ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values,
            Values, Values, float, int>>(SupervisedContrastiveGradientKernel, RowGroupSize);
        contrastiveGradient(
            stream, Groups(rows, RowGroupSize), dsimilarity.View(), upstream.View(), similarity.View(), labels.View(),
            1 / temperature, rows);
    }

    private static void NormalizeRowsKernel(Values y, Values norms, Values x, int length)
    {
        Values shared = SharedMemory.Allocate<float>(RowGroupSize);
        int row = Grid.IdxX;
        int start = row * length;
        float sum = 0;
        for (int j = Group.IdxX; j < length; j += RowGroupSize)
            sum += x[start + j] * x[start + j];
        float norm = MathF.Sqrt(GroupSum(shared, sum, RowGroupSize));
        float factor = 1f / MathF.Max(norm, NormFloor);
        for (int j = Group.IdxX; j < length; j += RowGroupSize)
            y[start + j] = x[start + j] * factor;
        if (Group.IdxX == 0)
            norms[row] = norm;
    }

    private static void NormalizeRowsGradientKernel(
        Values dx, Values dy, Values y, Values norms, int length, int add)
    {
        Values shared = SharedMemory.Allocate<float>(RowGroupSize);
        int row = Grid.IdxX;
        int start = row * length;
        float sum = 0;
        for (int j = Group.IdxX; j < length; j += RowGroupSize)
            sum += y[start + j] * dy[start + j];
        sum = GroupSum(shared, sum, RowGroupSize);
        float norm = norms[row];
        float along = norm < NormFloor ? 0f : sum;
        float factor = 1f / MathF.Max(norm, NormFloor);
        for (int j = Group.IdxX; j < length; j += RowGroupSize)
            Put(dx, start + j, (dy[start + j] - y[start + j] * along) * factor, add);
    }

    /// <summary>
    /// What one anchor's term counts in the loss. The mean runs over all anchors of the batch; an anchor that has no
    /// partner of its class adds nothing to it but is counted.
    /// </summary>
    private static float AnchorWeight(float partners, int rows) => partners == 0 ? 0f : 1f / rows;

    // The diagonal takes no part.
    private static float CountPartners(Values shared, Values labels, int row, int rows)
    {
        float label = labels[row];
        float found = 0;
        for (int j = Group.IdxX; j < rows; j += RowGroupSize)
            found += j != row && labels[j] == label ? 1f : 0f;
        return GroupSum(shared, found, RowGroupSize);
    }

    private static float GreatestOther(Values shared, Values similarity, int row, int rows)
    {
        float greatest = float.NegativeInfinity;
        for (int j = Group.IdxX; j < rows; j += RowGroupSize)
            greatest = j != row ? MathF.Max(greatest, similarity[row * rows + j]) : greatest;
        return GroupMax(shared, greatest, RowGroupSize);
    }

    private static float SumExpOthers(
        Values shared, Values similarity, int row, int rows, float sharpness, float offset)
    {
        float sum = 0;
        for (int j = Group.IdxX; j < rows; j += RowGroupSize)
            sum += j != row ? MathF.Exp(similarity[row * rows + j] * sharpness - offset) : 0f;
        return GroupSum(shared, sum, RowGroupSize);
    }

    private static void SupervisedContrastiveKernel(
        Values partials, Values similarity, Values labels, float sharpness, int rows)
    {
        Values shared = SharedMemory.Allocate<float>(RowGroupSize);
        int row = Grid.IdxX;
        float label = labels[row];
        float partners = CountPartners(shared, labels, row, rows);
        // The partners' similarities are summed as distances from the greatest, so that nothing cancels.
        float greatest = GreatestOther(shared, similarity, row, rows);
        float total = SumExpOthers(shared, similarity, row, rows, sharpness, greatest * sharpness);
        float below = 0;
        for (int j = Group.IdxX; j < rows; j += RowGroupSize)
            below += j != row && labels[j] == label ? greatest - similarity[row * rows + j] : 0f;
        below = GroupSum(shared, below, RowGroupSize);
        float term = MathF.Log(total) + sharpness * below / MathF.Max(partners, 1f);
        if (Group.IdxX == 0)
            partials[row] = partners == 0 ? 0f : AnchorWeight(partners, rows) * term;
    }

    // dloss / ds_ij = share / T * (exp(s_ij / T) / sum over a != i of exp(s_ia / T) - (j in P(i)) / |P(i)|)
    private static void SupervisedContrastiveGradientKernel(
        Values dsimilarity, Values upstream, Values similarity, Values labels,
        float sharpness, int rows)
    {
        Values shared = SharedMemory.Allocate<float>(RowGroupSize);
        int row = Grid.IdxX;
        float label = labels[row];
        float partners = CountPartners(shared, labels, row, rows);
        float offset = GreatestOther(shared, similarity, row, rows) * sharpness;
        float total = SumExpOthers(shared, similarity, row, rows, sharpness, offset);
        float factor = upstream[0] * AnchorWeight(partners, rows) * sharpness;
        float share = factor / total, pull = factor / MathF.Max(partners, 1f);
        for (int j = Group.IdxX; j < rows; j += RowGroupSize)
        {
            float value = MathF.Exp(similarity[row * rows + j] * sharpness - offset) * share - (labels[j] == label ? pull : 0f);
            dsimilarity[row * rows + j] = j == row || partners == 0 ? 0f : value;
        }
    }
}
