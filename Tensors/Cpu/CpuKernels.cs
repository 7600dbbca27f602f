using System.Runtime.InteropServices;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

/// <summary>
/// The CPU's kernels, one file a family. Work is cut into chunks whose number depends on the sizes alone, and partial
/// sums are added in the order of the chunks, so that results are bit-identical for any number of threads.
/// </summary>
internal sealed unsafe partial class CpuKernels : IKernels, IDisposable
{
    // Values in one chunk of elementwise work: 64 KiB, which stays in a core's second-level cache.
    private const int ChunkLength = 16 * 1024;

    private readonly WorkerTeam team;
    private readonly WorkerMemory workerMemory;

    // Partial sums and per-channel coefficients of the kernel that runs now; grows to what the largest one wants.
    private double* workspace;
    private long workspaceLength;

    internal CpuKernels(WorkerTeam team)
    {
        this.team = team;
        workerMemory = new WorkerMemory(team.Threads);
    }

    public long Calls { get; private set; }

    public void Dispose()
    {
        workerMemory.Dispose();
        NativeMemory.AlignedFree(workspace);
        workspace = null;
        workspaceLength = 0;
    }

    private static int Chunks(int length) => (int)(((long)length + ChunkLength - 1) / ChunkLength);

    /// <summary>Where a chunk begins, and how many values it has.</summary>
    private static int ChunkStart(int chunk, int length, out int count)
    {
        int start = chunk * ChunkLength;
        count = Math.Min(ChunkLength, length - start);
        return start;
    }

    /// <summary>How many rows of a given length make one chunk.</summary>
    private static int RowsPerChunk(int rowLength) => Math.Max(1, ChunkLength / rowLength);

    private static int Chunks(int rows, int rowsPerChunk) => (rows + rowsPerChunk - 1) / rowsPerChunk;

    /// <summary>Memory of this many doubles, valid until the next call; what it holds is undefined.</summary>
    private double* Workspace(long length)
    {
        if (length > workspaceLength)
        {
            NativeMemory.AlignedFree(workspace);
            workspaceLength = length;
            workspace = (double*)NativeMemory.AlignedAlloc((nuint)(length * sizeof(double)), CpuMemorySource.Alignment);
        }
        return workspace;
    }

    /// <summary>The sum of one partial a chunk, in the order of the chunks.</summary>
    private static double SumPartials(double* partials, int chunks)
    {
        double sum = 0;
        for (int chunk = 0; chunk < chunks; chunk++)
            sum += partials[chunk];
        return sum;
    }
}
