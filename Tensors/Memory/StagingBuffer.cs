namespace ManSharp.Tensors.Memory;

/// <summary>
/// Host memory that a device copies from and to while the host goes on. A copy takes its turn among the kernels that
/// were called before and after it. One copy is under way at a time: whoever wants to be ahead of the device has
/// several buffers.
/// </summary>
public abstract class StagingBuffer : IDisposable
{
    /// <param name="length">The most values of a copy.</param>
    private protected StagingBuffer(int length) => Length = length;

    /// <summary>The most values of a copy.</summary>
    public int Length { get; }

    /// <summary>Whether the last copy that was begun is done.</summary>
    public abstract bool IsDone { get; }

    /// <summary>Waits for the last copy that was begun, not for what was called after it.</summary>
    /// <exception cref="DeviceException">The device failed.</exception>
    public abstract void Wait();

    /// <summary>y[i] = x[i]; x may be changed at once. Waits for this buffer's own last copy.</summary>
    public abstract void Upload(Tensor y, ReadOnlySpan<float> x);

    /// <summary>Begins to copy x into this buffer; x may be written by kernels that are called later.</summary>
    public abstract void BeginDownload(Tensor x);

    /// <summary>The values of the last download, which must be done.</summary>
    public abstract ReadOnlySpan<float> Values { get; }

    /// <summary>Waits, then frees the memory.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Refuses a copy that is longer than the buffer.</summary>
    private protected void CheckLength(int length)
    {
        if (length > Length)
            throw new DeviceException(
                $"Staging: at most {Length} values were expected. Got {length}. Make a longer buffer.");
    }
}
