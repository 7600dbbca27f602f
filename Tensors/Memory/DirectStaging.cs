using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Memory;

/// <summary>For a device whose kernels are done when they return: every copy is made at once.</summary>
internal sealed class DirectStaging(IKernels kernels, int length) : StagingBuffer(length)
{
    private float[] values = [];
    private int downloaded;

    public override bool IsDone => true;

    public override ReadOnlySpan<float> Values => values.AsSpan(0, downloaded);

    public override void Wait() { }

    public override void Upload(Tensor y, ReadOnlySpan<float> x)
    {
        CheckLength(x.Length);
        kernels.Upload(y, x);
    }

    public override void BeginDownload(Tensor x)
    {
        CheckLength(x.Length);
        if (values.Length == 0)
            values = new float[Length];
        downloaded = x.Length;
        kernels.Download(values.AsSpan(0, downloaded), x);
    }
}
