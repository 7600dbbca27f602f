using ManSharp.Tensors.Cpu;
using ManSharp.Tensors.Kernels;
using ManSharp.Tensors.Memory;

namespace ManSharp.Tensors.Dry;

/// <summary>Meters memory exactly and computes nothing: one training step on it predicts the peak of that step.</summary>
internal sealed class DryDevice : Device
{
    private readonly DryKernels kernels = new();

    internal DryDevice() : base("dry", new DryMemorySource(CpuMemorySource.Alignment)) { }

    public override IKernels Kernels => kernels;

    public override bool Computes => false;

    /// <summary>Segments that hold nothing.</summary>
    private sealed class DryMemorySource(int alignmentBytes) : IMemorySource
    {
        private static readonly object Nothing = new();

        public int AlignmentBytes => alignmentBytes;

        public object Allocate(long bytes) => Nothing;

        public void Free(object segment) { }
    }
}
