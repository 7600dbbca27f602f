using ManSharp.Tensors.Cpu;
using ManSharp.Tensors.Gpu;
using ManSharp.Tensors.Kernels;
using ManSharp.Tensors.Memory;

namespace ManSharp.Tensors.Dry;

/// <summary>Meters memory exactly and computes nothing: one training step on it predicts the peak of that step.</summary>
internal sealed class DryDevice : Device
{
    private readonly DryKernels kernels;
    private readonly GpuStyle? like;

    /// <summary>A dry device like the CPU (no style), or like a GPU of a style.</summary>
    internal DryDevice(GpuStyle? like) : base(
        "dry", new DryMemorySource(like is null ? CpuMemorySource.Alignment : GpuMemorySource.Alignment)) =>
        (this.like, kernels) = (like, new DryKernels(like));

    public override IKernels Kernels => kernels;

    public override bool Computes => false;

    public override Device CreateDry() => new DryDevice(like);

    /// <summary>Segments that hold nothing.</summary>
    private sealed class DryMemorySource(int alignmentBytes) : IMemorySource
    {
        private static readonly object Nothing = new();

        public int AlignmentBytes => alignmentBytes;

        public long TotalBytes => long.MaxValue;

        public object Allocate(long bytes) => Nothing;

        public void Free(object segment) { }
    }
}
