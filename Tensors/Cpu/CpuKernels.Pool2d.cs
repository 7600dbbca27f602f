using System.Numerics;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

/// <remarks>
/// One chunk is a run of image rows. Gradients gather: every pixel of dx asks the windows that hold it, in row-major
/// order, so that no two chunks write to one place.
/// </remarks>
internal sealed unsafe partial class CpuKernels
{
    public void AveragePool(Tensor y, Tensor x, PoolGeometry geometry)
    {
        Calls++;
        int rows = geometry.N * geometry.P;
        int rowsPerChunk = RowsPerChunk(geometry.R * geometry.W * geometry.C);
        team.Run(new AveragePoolJob(y.Pointer(), x.Pointer(), geometry, rowsPerChunk), Chunks(rows, rowsPerChunk));
    }

    public void AveragePoolGradient(Tensor dx, Tensor dy, PoolGeometry geometry, Write write)
    {
        Calls++;
        int rows = geometry.N * geometry.H;
        int rowsPerChunk = RowsPerChunk(geometry.W * geometry.C);
        team.Run(
            new AveragePoolGradientJob(dx.Pointer(), dy.Pointer(), geometry, rowsPerChunk, write == Write.Add),
            Chunks(rows, rowsPerChunk));
    }

    public void GlobalAveragePool(Tensor y, Tensor x)
    {
        Calls++;
        int channels = x.Shape.Last;
        int images = y.Length / channels;
        int pixels = x.Length / y.Length;
        int imagesPerChunk = RowsPerChunk(pixels * channels);
        team.Run(
            new GlobalAveragePoolJob(y.Pointer(), x.Pointer(), images, pixels, channels, imagesPerChunk),
            Chunks(images, imagesPerChunk));
    }

    public void GlobalAveragePoolGradient(Tensor dx, Tensor dy, Write write)
    {
        Calls++;
        int channels = dx.Shape.Last;
        int images = dy.Length / channels;
        int pixels = dx.Length / dy.Length;
        int imagesPerChunk = RowsPerChunk(pixels * channels);
        team.Run(
            new GlobalAveragePoolGradientJob(
                dx.Pointer(), dy.Pointer(), images, pixels, channels, imagesPerChunk, write == Write.Add),
            Chunks(images, imagesPerChunk));
    }

    public void MaxPool(Tensor y, Tensor places, Tensor x, PoolGeometry geometry)
    {
        Calls++;
        int rows = geometry.N * geometry.P;
        int rowsPerChunk = RowsPerChunk(geometry.R * geometry.W * geometry.C);
        team.Run(
            new MaxPoolJob(y.Pointer(), places.Pointer(), x.Pointer(), geometry, rowsPerChunk),
            Chunks(rows, rowsPerChunk));
    }

    public void MaxPoolGradient(Tensor dx, Tensor dy, Tensor places, PoolGeometry geometry, Write write)
    {
        Calls++;
        int rows = geometry.N * geometry.H;
        int rowsPerChunk = RowsPerChunk(geometry.W * geometry.C);
        team.Run(
            new MaxPoolGradientJob(
                dx.Pointer(), dy.Pointer(), places.Pointer(), geometry, rowsPerChunk, write == Write.Add),
            Chunks(rows, rowsPerChunk));
    }

    /// <summary>The part of one window, along one axis, that lies inside the image.</summary>
    private static (int Start, int End) InsideOf(int output, int stride, int padding, int window, int size)
    {
        int start = output * stride - padding;
        return (Math.Max(start, 0), Math.Min(start + window, size));
    }

    /// <summary>The windows that hold a pixel, along one axis.</summary>
    private static (int Start, int End) WindowsOf(int pixel, int stride, int padding, int window, int outputs)
    {
        int last = (pixel + padding) / stride;
        int first = Math.Max(0, pixel + padding - window + stride) / stride;
        return (first, Math.Min(last + 1, outputs));
    }

    private readonly struct AveragePoolJob(float* y, float* x, PoolGeometry g, int rowsPerChunk) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int end = Math.Min(g.N * g.P, (chunk + 1) * rowsPerChunk);
            for (int row = chunk * rowsPerChunk; row < end; row++)
            {
                int n = row / g.P;
                (int top, int bottom) = InsideOf(row - n * g.P, g.Stride, g.Padding, g.R, g.H);
                for (int q = 0; q < g.Q; q++)
                {
                    (int left, int right) = InsideOf(q, g.Stride, g.Padding, g.S, g.W);
                    Average(
                        y + ((nint)row * g.Q + q) * g.C, x + (((nint)n * g.H + top) * g.W + left) * g.C,
                        bottom - top, right - left);
                }
            }
        }

        private void Average(float* to, float* from, int height, int width)
        {
            float share = 1f / (height * width);
            nint stride = (nint)g.W * g.C;
            int c = 0;
            for (; c <= g.C - Vector<float>.Count; c += Vector<float>.Count)
            {
                Vector<float> sum = default;
                for (int r = 0; r < height; r++)
                    for (int s = 0; s < width; s++)
                        sum += Vector.Load(from + r * stride + (nint)s * g.C + c);
                (sum * share).Store(to + c);
            }
            for (; c < g.C; c++)
            {
                float sum = 0;
                for (int r = 0; r < height; r++)
                    for (int s = 0; s < width; s++)
                        sum += from[r * stride + (nint)s * g.C + c];
                to[c] = sum * share;
            }
        }
    }

    private readonly struct AveragePoolGradientJob(float* dx, float* dy, PoolGeometry g, int rowsPerChunk, bool add)
        : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int end = Math.Min(g.N * g.H, (chunk + 1) * rowsPerChunk);
            for (int row = chunk * rowsPerChunk; row < end; row++)
            {
                int n = row / g.H;
                (int firstP, int endP) = WindowsOf(row - n * g.H, g.Stride, g.Padding, g.R, g.P);
                for (int w = 0; w < g.W; w++)
                {
                    float* pixel = dx + ((nint)row * g.W + w) * g.C;
                    (int firstQ, int endQ) = WindowsOf(w, g.Stride, g.Padding, g.S, g.Q);
                    bool accumulate = add;
                    for (int p = firstP; p < endP; p++)
                    {
                        (int top, int bottom) = InsideOf(p, g.Stride, g.Padding, g.R, g.H);
                        for (int q = firstQ; q < endQ; q++)
                        {
                            (int left, int right) = InsideOf(q, g.Stride, g.Padding, g.S, g.W);
                            float share = 1f / ((bottom - top) * (right - left));
                            WriteScaled(pixel, dy + (((nint)n * g.P + p) * g.Q + q) * g.C, share, g.C, accumulate);
                            accumulate = true;
                        }
                    }
                    if (!accumulate)
                        new Span<float>(pixel, g.C).Clear();
                }
            }
        }
    }

    // y (+)= factor x over one pixel's channels.
    private static void WriteScaled(float* y, float* x, float factor, int count, bool add)
    {
        int c = 0;
        for (; c <= count - Vector<float>.Count; c += Vector<float>.Count)
        {
            Vector<float> value = Vector.Load(x + c) * factor;
            (add ? Vector.Load(y + c) + value : value).Store(y + c);
        }
        for (; c < count; c++)
            y[c] = add ? y[c] + x[c] * factor : x[c] * factor;
    }

    private readonly struct GlobalAveragePoolJob(
        float* y, float* x, int images, int pixels, int channels, int imagesPerChunk) : IChunkJob
    {
        // Pixels that are added before their sum joins the image's: keeps the rounding of large images small.
        private const int RunLength = 64;

        public void Run(int chunk, int worker)
        {
            int end = Math.Min(images, (chunk + 1) * imagesPerChunk);
            for (int n = chunk * imagesPerChunk; n < end; n++)
                Average(y + (nint)n * channels, x + (nint)n * pixels * channels);
        }

        private void Average(float* to, float* from)
        {
            float share = 1f / pixels;
            int c = 0;
            for (; c <= channels - Vector<float>.Count; c += Vector<float>.Count)
            {
                Vector<float> total = default;
                for (int start = 0; start < pixels; start += RunLength)
                {
                    Vector<float> sum = default;
                    int end = Math.Min(pixels, start + RunLength);
                    for (int i = start; i < end; i++)
                        sum += Vector.Load(from + (nint)i * channels + c);
                    total += sum;
                }
                (total * share).Store(to + c);
            }
            for (; c < channels; c++)
            {
                double total = 0;
                for (int i = 0; i < pixels; i++)
                    total += from[(nint)i * channels + c];
                to[c] = (float)(total / pixels);
            }
        }
    }

    private readonly struct GlobalAveragePoolGradientJob(
        float* dx, float* dy, int images, int pixels, int channels, int imagesPerChunk, bool add) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            float share = 1f / pixels;
            int end = Math.Min(images, (chunk + 1) * imagesPerChunk);
            for (int n = chunk * imagesPerChunk; n < end; n++)
                for (int i = 0; i < pixels; i++)
                    WriteScaled(dx + ((nint)n * pixels + i) * channels, dy + (nint)n * channels, share, channels, add);
        }
    }
}
