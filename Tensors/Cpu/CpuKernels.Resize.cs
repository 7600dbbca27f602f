using System.Numerics;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

/// <remarks>
/// Positions are exact fractions: output p of P reads input p (H - 1) / (P - 1), computed in whole numbers. The gradient
/// gathers: a pixel of dx asks the outputs that lie less than one pixel away, in row-major order.
/// </remarks>
internal sealed unsafe partial class CpuKernels
{
    public void ResizeBilinear(Tensor y, Tensor x, ResizeGeometry geometry)
    {
        Calls++;
        int rows = geometry.N * geometry.P;
        int rowsPerChunk = RowsPerChunk(geometry.Q * geometry.C);
        team.Run(new ResizeJob(y.Pointer(), x.Pointer(), geometry, rowsPerChunk), Chunks(rows, rowsPerChunk));
    }

    public void ResizeBilinearGradient(Tensor dx, Tensor dy, ResizeGeometry geometry, Write write)
    {
        Calls++;
        // A row of dx costs as much as the rows of dy that it gathers from.
        int rows = geometry.N * geometry.H;
        int rowsPerChunk = RowsPerChunk(Math.Max(geometry.W, geometry.Q * geometry.P / geometry.H) * geometry.C);
        team.Run(
            new ResizeGradientJob(dx.Pointer(), dy.Pointer(), geometry, rowsPerChunk, write == Write.Add),
            Chunks(rows, rowsPerChunk));
    }

    /// <summary>The input pixel at or before an output's position, the distance to the next one, and the weight of that.</summary>
    private static (int Before, int Step, float Weight) Neighbours(int output, int inputs, int outputs)
    {
        if (outputs == 1)
            return (0, 0, 0);
        (long before, long rest) = Math.DivRem((long)output * (inputs - 1), outputs - 1);
        return ((int)before, before < inputs - 1 ? 1 : 0, rest / (float)(outputs - 1));
    }

    /// <summary>The outputs that read an input pixel: those less than one pixel away from it.</summary>
    private static (int Start, int End) Readers(int input, int inputs, int outputs)
    {
        if (inputs == 1)
            return (0, outputs);
        long unit = Math.Max(outputs - 1, 1);
        long first = input == 0 ? 0 : (input - 1) * unit / (inputs - 1) + 1;
        long end = ((input + 1) * unit + inputs - 2) / (inputs - 1);
        return ((int)first, (int)Math.Min(end, outputs));
    }

    // 1 - |p (H - 1) / (P - 1) - h|
    private static float ReaderWeight(int input, int output, int inputs, int outputs)
    {
        long unit = Math.Max(outputs - 1, 1);
        long distance = Math.Abs((long)output * (inputs - 1) - input * unit);
        return (unit - distance) / (float)unit;
    }

    private readonly struct ResizeJob(float* y, float* x, ResizeGeometry g, int rowsPerChunk) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int end = Math.Min(g.N * g.P, (chunk + 1) * rowsPerChunk);
            for (int row = chunk * rowsPerChunk; row < end; row++)
            {
                int n = row / g.P;
                (int h, int stepH, float weightH) = Neighbours(row - n * g.P, g.H, g.P);
                float* top = x + ((nint)n * g.H + h) * g.W * g.C;
                float* bottom = top + (nint)stepH * g.W * g.C;
                for (int q = 0; q < g.Q; q++)
                {
                    (int w, int stepW, float weightW) = Neighbours(q, g.W, g.Q);
                    nint left = (nint)w * g.C;
                    Mix(y + ((nint)row * g.Q + q) * g.C, top + left, bottom + left, stepW * g.C, weightH, weightW);
                }
            }
        }

        private void Mix(float* to, float* top, float* bottom, int right, float down, float across)
        {
            float w00 = (1 - down) * (1 - across), w01 = (1 - down) * across, w10 = down * (1 - across), w11 = down * across;
            int lanes = Vector<float>.Count;
            Vector<float> v00 = new(w00), v01 = new(w01), v10 = new(w10), v11 = new(w11);
            if (g.C >= lanes)
            {
                // The last vector reaches back over the one before it, where the channels are no multiple of the lanes.
                for (int c = 0; c < g.C; c += lanes)
                {
                    int at = Math.Min(c, g.C - lanes);
                    Vector<float> sum = Vector.Load(top + at) * v00;
                    sum = Vector.MultiplyAddEstimate(Vector.Load(top + right + at), v01, sum);
                    sum = Vector.MultiplyAddEstimate(Vector.Load(bottom + at), v10, sum);
                    Vector.MultiplyAddEstimate(Vector.Load(bottom + right + at), v11, sum).Store(to + at);
                }
                return;
            }
            for (int c = 0; c < g.C; c++)
                to[c] = top[c] * w00 + top[right + c] * w01 + bottom[c] * w10 + bottom[right + c] * w11;
        }
    }

    private readonly struct ResizeGradientJob(float* dx, float* dy, ResizeGeometry g, int rowsPerChunk, bool add) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int lanes = Vector<float>.Count;
            int end = Math.Min(g.N * g.H, (chunk + 1) * rowsPerChunk);
            for (int row = chunk * rowsPerChunk; row < end; row++)
            {
                int n = row / g.H;
                float* image = dy + (nint)n * g.P * g.Q * g.C;
                for (int w = 0; w < g.W; w++)
                {
                    float* to = dx + ((nint)row * g.W + w) * g.C;
                    int c = 0;
                    for (; c <= g.C - 4 * lanes; c += 4 * lanes)
                        GatherFour(to + c, image + c, row - n * g.H, w);
                    for (; c <= g.C - lanes; c += lanes)
                        GatherOne(to + c, image + c, row - n * g.H, w);
                    for (; c < g.C; c++)
                        GatherLane(to + c, image + c, row - n * g.H, w);
                }
            }
        }

        private void GatherFour(float* to, float* image, int h, int w)
        {
            int lanes = Vector<float>.Count;
            Vector<float> s0 = default, s1 = default, s2 = default, s3 = default;
            (int firstP, int endP) = Readers(h, g.H, g.P);
            (int firstQ, int endQ) = Readers(w, g.W, g.Q);
            for (int p = firstP; p < endP; p++)
            {
                float weightP = ReaderWeight(h, p, g.H, g.P);
                for (int q = firstQ; q < endQ; q++)
                {
                    Vector<float> weight = new(weightP * ReaderWeight(w, q, g.W, g.Q));
                    float* from = image + ((nint)p * g.Q + q) * g.C;
                    s0 = Vector.MultiplyAddEstimate(Vector.Load(from), weight, s0);
                    s1 = Vector.MultiplyAddEstimate(Vector.Load(from + lanes), weight, s1);
                    s2 = Vector.MultiplyAddEstimate(Vector.Load(from + 2 * lanes), weight, s2);
                    s3 = Vector.MultiplyAddEstimate(Vector.Load(from + 3 * lanes), weight, s3);
                }
            }
            WriteVector(to, s0);
            WriteVector(to + lanes, s1);
            WriteVector(to + 2 * lanes, s2);
            WriteVector(to + 3 * lanes, s3);
        }

        private void GatherOne(float* to, float* image, int h, int w)
        {
            Vector<float> sum = default;
            (int firstP, int endP) = Readers(h, g.H, g.P);
            (int firstQ, int endQ) = Readers(w, g.W, g.Q);
            for (int p = firstP; p < endP; p++)
            {
                float weightP = ReaderWeight(h, p, g.H, g.P);
                for (int q = firstQ; q < endQ; q++)
                {
                    Vector<float> weight = new(weightP * ReaderWeight(w, q, g.W, g.Q));
                    sum = Vector.MultiplyAddEstimate(Vector.Load(image + ((nint)p * g.Q + q) * g.C), weight, sum);
                }
            }
            WriteVector(to, sum);
        }

        private void GatherLane(float* to, float* image, int h, int w)
        {
            float sum = 0;
            (int firstP, int endP) = Readers(h, g.H, g.P);
            (int firstQ, int endQ) = Readers(w, g.W, g.Q);
            for (int p = firstP; p < endP; p++)
            {
                float weightP = ReaderWeight(h, p, g.H, g.P);
                for (int q = firstQ; q < endQ; q++)
                    sum += image[((nint)p * g.Q + q) * g.C] * weightP * ReaderWeight(w, q, g.W, g.Q);
            }
            *to = add ? *to + sum : sum;
        }

        private void WriteVector(float* to, Vector<float> value) => (add ? Vector.Load(to) + value : value).Store(to);
    }
}
