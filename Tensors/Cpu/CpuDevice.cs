using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

/// <summary>This machine's processor: SIMD kernels over a team of worker threads.</summary>
internal sealed class CpuDevice : Device
{
    private readonly WorkerTeam team;
    private readonly CpuKernels kernels;

    internal CpuDevice(int threads, bool callerWaits = false) : base("cpu", new CpuMemorySource())
    {
        team = new WorkerTeam(threads > 0 ? threads : Environment.ProcessorCount) { CallerWaits = callerWaits };
        kernels = new CpuKernels(team);
    }

    public override IKernels Kernels => kernels;

    public override void Dispose()
    {
        team.Dispose();
        kernels.Dispose();
        base.Dispose();
    }
}
