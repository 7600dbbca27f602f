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
    private readonly long largestBytes;

    /// <summary>A dry device like the CPU (no style), or like a GPU of a style.</summary>
    /// <param name="like">The style.</param>
    /// <param name="largestBytes">The longest segment that the device grants.</param>
    internal DryDevice(GpuStyle? like, long largestBytes = long.MaxValue) : base("dry", new DryMemorySource(
        like is null ? CpuMemorySource.Alignment : GpuMemorySource.Alignment, largestBytes)) =>
        (this.like, this.largestBytes, kernels) = (like, largestBytes, new DryKernels(like));

    public override IKernels Kernels => kernels;

    public override bool Computes => false;

    public override Device CreateDry() => new DryDevice(like, largestBytes);

    /// <summary>
    /// Segments that hold nothing. They are lengthened as they are filled, so that what the pool holds is what the
    /// same work needs elsewhere, where segments of that length are allocated before it begins.
    /// </summary>
    private sealed class DryMemorySource(int alignmentBytes, long largestBytes) : IMemorySource
    {
        private static readonly object Nothing = new();

        public int AlignmentBytes => alignmentBytes;

        public long TotalBytes => long.MaxValue;

        public bool CanLengthen => true;

        public object Allocate(long bytes) => Nothing;

        public bool TryLengthen(object segment, long bytes) => bytes <= largestBytes;

        public void Free(object segment) { }
    }
}
