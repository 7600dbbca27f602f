using System.Numerics;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

internal sealed unsafe partial class CpuKernels
{
    // Norms below this count as this.
    private const float NormFloor = 1e-12f;

    public void NormalizeRows(Tensor y, Tensor norms, Tensor x)
    {
        Calls++;
        int length = x.Shape.Last;
        int rowsPerChunk = RowsPerChunk(length);
        team.Run(
            new NormalizeJob(y.Pointer(), norms.Pointer(), x.Pointer(), x.Shape.Rows, length, rowsPerChunk),
            Chunks(x.Shape.Rows, rowsPerChunk));
    }

    public void NormalizeRowsGradient(Tensor dx, Tensor dy, Tensor y, Tensor norms, Write write)
    {
        Calls++;
        int length = y.Shape.Last;
        int rowsPerChunk = RowsPerChunk(length);
        team.Run(
            new NormalizeGradientJob(
                dx.Pointer(), dy.Pointer(), y.Pointer(), norms.Pointer(), y.Shape.Rows, length, rowsPerChunk,
                write == Write.Add),
            Chunks(y.Shape.Rows, rowsPerChunk));
    }

    public void SupervisedContrastive(Tensor loss, Tensor similarity, Tensor labels, float temperature)
    {
        Calls++;
        int rows = labels.Length;
        int rowsPerChunk = RowsPerChunk(rows);
        int chunks = Chunks(rows, rowsPerChunk);
        double* partials = Workspace(chunks);
        team.Run(
            new ContrastiveJob(partials, similarity.Pointer(), labels.Pointer(), 1 / temperature, rows, rowsPerChunk),
            chunks);
        loss.Pointer()[0] = (float)SumPartials(partials, chunks);
    }

    public void SupervisedContrastiveGradient(
        Tensor dsimilarity, Tensor upstream, Tensor similarity, Tensor labels, float temperature)
    {
        Calls++;
        int rows = labels.Length;
        int rowsPerChunk = RowsPerChunk(rows);
        team.Run(
            new ContrastiveGradientJob(
                dsimilarity.Pointer(), similarity.Pointer(), labels.Pointer(), upstream.Pointer()[0], 1 / temperature,
                rows,
                rowsPerChunk),
            Chunks(rows, rowsPerChunk));
    }

    /// <summary>
    /// What one anchor's term counts in the loss. The mean runs over all anchors of the batch; an anchor that has no
    /// partner of its class adds nothing to it but is counted.
    /// </summary>
    private static float AnchorShare(float partners, int rows) => partners == 0 ? 0 : 1f / rows;

    private static float Dot(float* a, float* b, int count)
    {
        Vector<float> s0 = default, s1 = default;
        int i = 0;
        for (; i <= count - 2 * Vector<float>.Count; i += 2 * Vector<float>.Count)
        {
            s0 = Vector.MultiplyAddEstimate(Vector.Load(a + i), Vector.Load(b + i), s0);
            s1 = Vector.MultiplyAddEstimate(
                Vector.Load(a + i + Vector<float>.Count), Vector.Load(b + i + Vector<float>.Count), s1);
        }
        float sum = Vector.Sum(s0 + s1);
        for (; i < count; i++)
            sum += a[i] * b[i];
        return sum;
    }

    /// <summary>
    /// The others of a class: how many, and the sum of their similarities; count them in runs that leave the anchor
    /// out.
    /// </summary>
    private static void AddPartners(float* similarity, float* labels, int count, float label, ref float partners,
        ref float sum)
    {
        Vector<float> own = new(label), found = default, sums = default;
        int j = 0;
        for (; j <= count - Vector<float>.Count; j += Vector<float>.Count)
        {
            var same = Vector.Equals(Vector.Load(labels + j), own);
            found += Vector.ConditionalSelect(same, Vector<float>.One, Vector<float>.Zero);
            sums += Vector.ConditionalSelect(same, Vector.Load(similarity + j), Vector<float>.Zero);
        }
        partners += Vector.Sum(found);
        sum += Vector.Sum(sums);
        for (; j < count; j++)
            if (labels[j] == label)
            {
                partners++;
                sum += similarity[j];
            }
    }

    private readonly struct NormalizeJob(float* y, float* norms, float* x, int rows, int length, int rowsPerChunk)
        : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int end = Math.Min(rows, (chunk + 1) * rowsPerChunk);
            for (int row = chunk * rowsPerChunk; row < end; row++)
            {
                float* from = x + (nint)row * length;
                float norm = MathF.Sqrt(Dot(from, from, length));
                norms[row] = norm;
                WriteScaled(y + (nint)row * length, from, 1 / MathF.Max(norm, NormFloor), length, add: false);
            }
        }
    }

    private readonly struct NormalizeGradientJob(
        float* dx, float* dy, float* y, float* norms, int rows, int length, int rowsPerChunk, bool add) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int end = Math.Min(rows, (chunk + 1) * rowsPerChunk);
            for (int row = chunk * rowsPerChunk; row < end; row++)
            {
                float* from = dy + (nint)row * length;
                float* unit = y + (nint)row * length;
                float* to = dx + (nint)row * length;
                float along = norms[row] < NormFloor ? 0 : Dot(unit, from, length);
                float factor = 1 / MathF.Max(norms[row], NormFloor);
                int j = 0;
                for (; j <= length - Vector<float>.Count; j += Vector<float>.Count)
                {
                    Vector<float> value = (Vector.Load(from + j) - Vector.Load(unit + j) * along) * factor;
                    (add ? Vector.Load(to + j) + value : value).Store(to + j);
                }
                for (; j < length; j++)
                {
                    float value = (from[j] - unit[j] * along) * factor;
                    to[j] = add ? to[j] + value : value;
                }
            }
        }
    }

    // Both jobs read row i in two runs, before and after the diagonal, which takes no part.
    private readonly struct ContrastiveJob(
        double* partials, float* similarity, float* labels, float sharpness, int rows, int rowsPerChunk) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int end = Math.Min(rows, (chunk + 1) * rowsPerChunk);
            double loss = 0;
            for (int i = chunk * rowsPerChunk; i < end; i++)
            {
                float* row = similarity + (nint)i * rows;
                float partners = 0, sum = 0;
                AddPartners(row, labels, i, labels[i], ref partners, ref sum);
                AddPartners(row + i + 1, labels + i + 1, rows - i - 1, labels[i], ref partners, ref sum);
                float share = AnchorShare(partners, rows);
                if (share == 0)
                    continue;
                float offset = sharpness * MathF.Max(Greatest(row, i), Greatest(row + i + 1, rows - i - 1));
                float total = SumExp(row, i, sharpness, offset) + SumExp(row + i + 1, rows - i - 1, sharpness, offset);
                loss += (double)share * (MathF.Log(total) + ((double)offset - (double)sharpness * sum / partners));
            }
            partials[chunk] = loss;
        }
    }

    // dloss / ds_ij = share / T * (exp(s_ij / T) / sum over a != i of exp(s_ia / T) - (j in P(i)) / |P(i)|)
    private readonly struct ContrastiveGradientJob(
        float* dsimilarity, float* similarity, float* labels, float upstream, float sharpness, int rows,
        int rowsPerChunk)
        : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int end = Math.Min(rows, (chunk + 1) * rowsPerChunk);
            for (int i = chunk * rowsPerChunk; i < end; i++)
            {
                float* row = similarity + (nint)i * rows;
                float* gradients = dsimilarity + (nint)i * rows;
                float partners = 0, sum = 0;
                AddPartners(row, labels, i, labels[i], ref partners, ref sum);
                AddPartners(row + i + 1, labels + i + 1, rows - i - 1, labels[i], ref partners, ref sum);
                float factor = upstream * AnchorShare(partners, rows) * sharpness;
                if (factor == 0)
                {
                    new Span<float>(gradients, rows).Clear();
                    continue;
                }
                float offset = sharpness * MathF.Max(Greatest(row, i), Greatest(row + i + 1, rows - i - 1));
                float total = SumExp(row, i, sharpness, offset) + SumExp(row + i + 1, rows - i - 1, sharpness, offset);
                WriteRow(gradients, row, labels[i], offset, factor / total, factor / partners);
                gradients[i] = 0;
            }
        }

        private void WriteRow(float* gradients, float* row, float label, float offset, float share, float pull)
        {
            Vector<float> own = new(label), pulls = new(pull), offsets = new(offset);
            int j = 0;
            for (; j <= rows - Vector<float>.Count; j += Vector<float>.Count)
            {
                var same = Vector.Equals(Vector.Load(labels + j), own);
                Vector<float> value = Vector.Exp(Vector.Load(row + j) * sharpness - offsets) * share;
                (value - Vector.ConditionalSelect(same, pulls, Vector<float>.Zero)).Store(gradients + j);
            }
            for (; j < rows; j++)
                gradients[j] = MathF.Exp(row[j] * sharpness - offset) * share - (labels[j] == label ? pull : 0);
        }
    }
}
