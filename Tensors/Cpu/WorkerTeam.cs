using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace ManSharp.Tensors.Cpu;

/// <summary>One piece of a kernel's work. A chunk's result must not depend on which worker runs it.</summary>
internal interface IChunkJob
{
    /// <summary>Does chunk number <paramref name="chunk"/>; <paramref name="worker"/> says whose scratch memory to use.</summary>
    void Run(int chunk, int worker);
}

/// <summary>
/// Persistent threads that share out the chunks of one job at a time. The calling thread works too (as worker 0).
/// Between jobs a worker spins for some tens of microseconds, then sleeps. A job allocates nothing.
/// </summary>
internal sealed unsafe class WorkerTeam : IDisposable
{
    // About 50 microseconds: longer than the gap between two kernels of a training step.
    private const int SpinLimit = 2000;

    private readonly Worker[] workers;
    private void* job;
    private delegate*<void*, int, int, void> run;
    private int chunkCount;
    private int nextChunk;
    private int pending;
    private int epoch;
    private volatile bool stopping;
    private ExceptionDispatchInfo? failure;

    internal WorkerTeam(int threads)
    {
        Threads = threads;
        workers = new Worker[threads - 1];
        for (int i = 0; i < workers.Length; i++)
        {
            var worker = workers[i] = new Worker();
            int number = i + 1;
            worker.Thread = new Thread(() => Work(worker, number)) { IsBackground = true, Name = $"kernel worker {number}" };
            worker.Thread.Start();
        }
    }

    /// <summary>The number of workers, the calling thread among them.</summary>
    internal int Threads { get; }

    /// <summary>
    /// Leaves all chunks to the other workers, who would come too late for the small jobs of tests: so that these see
    /// what depends on the worker.
    /// </summary>
    internal bool CallerWaits { get; init; }

    /// <summary>Runs chunks 0 to <paramref name="chunks"/> - 1 of a job and returns when all are done.</summary>
    internal void Run<TJob>(TJob work, int chunks) where TJob : struct, IChunkJob
    {
        if (workers.Length == 0 || chunks == 1)
        {
            for (int chunk = 0; chunk < chunks; chunk++)
                work.Run(chunk, 0);
            return;
        }
        // The job lies in this stack frame, which outlives every use of the pointer.
        job = Unsafe.AsPointer(ref work);
        run = &Invoke<TJob>;
        chunkCount = chunks;
        nextChunk = 0;
        pending = workers.Length;
        Interlocked.Increment(ref epoch);
        foreach (Worker worker in workers)
            if (Interlocked.Exchange(ref worker.Asleep, 0) == 1)
                worker.Gate.Release();
        if (!CallerWaits)
            TakeChunks(0);
        var wait = new SpinWait();
        while (Volatile.Read(ref pending) != 0)
            wait.SpinOnce(sleep1Threshold: -1);
        if (failure is { } caught)
        {
            failure = null;
            caught.Throw();
        }
    }

    /// <summary>Ends the threads; no job may be running.</summary>
    public void Dispose()
    {
        stopping = true;
        foreach (Worker worker in workers)
        {
            worker.Gate.Release();
            worker.Thread!.Join();
            worker.Dispose();
        }
    }

    private static void Invoke<TJob>(void* job, int chunk, int worker) where TJob : struct, IChunkJob =>
        Unsafe.AsRef<TJob>(job).Run(chunk, worker);

    private void TakeChunks(int worker)
    {
        try
        {
            for (int chunk; (chunk = Interlocked.Increment(ref nextChunk) - 1) < chunkCount;)
                run(job, chunk, worker);
        }
#pragma warning disable CA1031 // A failure of any kind on any worker must reach the caller, not end the process.
        catch (Exception caught)
#pragma warning restore CA1031
        {
            failure = ExceptionDispatchInfo.Capture(caught);
        }
    }

    private void Work(Worker worker, int number)
    {
        int seen = 0;
        while (true)
        {
            for (int spins = 0; Volatile.Read(ref epoch) == seen;)
            {
                if (stopping)
                    return;
                if (++spins < SpinLimit)
                {
                    Thread.SpinWait(4);
                    continue;
                }
                Interlocked.Exchange(ref worker.Asleep, 1);
                if (Volatile.Read(ref epoch) == seen && !stopping)
                    worker.Gate.Wait();
                spins = 0;
            }
            seen++;
            TakeChunks(number);
            Interlocked.Decrement(ref pending);
        }
    }

    private sealed class Worker : IDisposable
    {
        internal readonly SemaphoreSlim Gate = new(0);
        internal int Asleep;
        internal Thread? Thread;

        public void Dispose() => Gate.Dispose();
    }
}
