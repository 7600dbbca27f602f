using ManSharp.Tensors;
using ManSharp.Tensors.Cpu;
using ManSharp.Tensors.Kernels;
using ManSharp.Tensors.Memory;

namespace ManSharp.Tests.Whole;

/// <summary>The CPU with little memory, and a driver that says how much of it is free.</summary>
internal sealed class SmallDevice : Device
{
    private readonly WorkerTeam team;
    private readonly CpuKernels kernels;

    internal SmallDevice(long totalBytes, long largestBytes = long.MaxValue)
        : base("small", new LimitedSource(totalBytes, largestBytes))
    {
        team = new WorkerTeam(1);
        kernels = new CpuKernels(team);
    }

    public override IKernels Kernels => kernels;

    public override void Dispose()
    {
        team.Dispose();
        kernels.Dispose();
        base.Dispose();
    }

    private sealed class LimitedSource(long totalBytes, long largestBytes) : IMemorySource
    {
        private readonly CpuMemorySource inner = new();
        private readonly Dictionary<object, long> allocated = [];

        public int AlignmentBytes => inner.AlignmentBytes;

        public long TotalBytes => totalBytes;

        public long? FreeBytes => totalBytes - allocated.Values.Sum();

        public long LargestBytes => largestBytes;

        public object? Allocate(long bytes)
        {
            if (bytes > FreeBytes || bytes > largestBytes || inner.Allocate(bytes) is not { } segment)
                return null;
            allocated.Add(segment, bytes);
            return segment;
        }

        public void Free(object segment)
        {
            allocated.Remove(segment);
            inner.Free(segment);
        }
    }
}
