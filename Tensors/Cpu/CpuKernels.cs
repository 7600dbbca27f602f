using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

/// <summary>
/// The CPU's kernels, one file a family. Work is cut into chunks whose number depends on the sizes alone, and partial
/// sums are added in the order of the chunks, so that results are bit-identical for any number of threads.
/// </summary>
internal sealed partial class CpuKernels : IDisposable
{
    // Values in one chunk of elementwise work: 64 KiB, which stays in a core's second-level cache.
    private const int ChunkLength = 16 * 1024;

    private readonly WorkerTeam team;
    private readonly WorkerMemory workerMemory;

    internal CpuKernels(WorkerTeam team)
    {
        this.team = team;
        workerMemory = new WorkerMemory(team.Threads);
    }

    public long Calls { get; private set; }

    public void Dispose() => workerMemory.Dispose();

    private static int Chunks(int length) => (length + ChunkLength - 1) / ChunkLength;
}
