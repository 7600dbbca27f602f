namespace ManSharp.Tensors.Cpu;

internal sealed unsafe partial class CpuKernels
{
    public void Fill(Tensor y, float value)
    {
        Calls++;
        team.Run(new FillJob(y.Pointer(), y.Length, value), Chunks(y.Length));
    }

    public void Copy(Tensor y, Tensor x)
    {
        Calls++;
        team.Run(new CopyJob(y.Pointer(), x.Pointer(), y.Length), Chunks(y.Length));
    }

    public void Upload(Tensor y, ReadOnlySpan<float> x)
    {
        Calls++;
        fixed (float* source = x)
            team.Run(new CopyJob(y.Pointer(), source, x.Length), Chunks(x.Length));
    }

    public void Download(Span<float> y, Tensor x)
    {
        Calls++;
        fixed (float* destination = y)
            team.Run(new CopyJob(destination, x.Pointer(), y.Length), Chunks(y.Length));
    }

    private readonly struct FillJob(float* y, int length, float value) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int start = ChunkStart(chunk, length, out int count);
            new Span<float>(y + start, count).Fill(value);
        }
    }

    private readonly struct CopyJob(float* y, float* x, int length) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            int start = ChunkStart(chunk, length, out int count);
            new ReadOnlySpan<float>(x + start, count).CopyTo(new Span<float>(y + start, count));
        }
    }
}
