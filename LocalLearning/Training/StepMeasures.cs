using ManSharp.Tensors;
using ManSharp.Tensors.Memory;

namespace ManSharp.LocalLearning.Training;

/// <summary>
/// Where a step leaves its losses on the device, and how they come back: copies are begun behind a step and taken
/// later, in order, so that the device has work while the host reads.
/// </summary>
internal sealed class StepMeasures : IDisposable
{
    private const int PerBlock = 4;
    private const int MostPending = 4;

    // In the place of a count where a head has no class scores.
    private const float NotCounted = -1;

    private readonly int blocks;
    private readonly Tensor values;
    private readonly StagingBuffer[] copies;
    private readonly ulong[] steps = new ulong[MostPending];
    private int oldest;

    internal StepMeasures(Device device, int blocks)
    {
        this.blocks = blocks;
        values = device.Rent(new Shape(blocks * PerBlock));
        device.Kernels.Fill(values, NotCounted);
        copies = [.. Enumerable.Range(0, MostPending).Select(_ => device.CreateStaging(values.Length))];
    }

    /// <summary>Reports that were begun and not taken.</summary>
    internal int Pending { get; private set; }

    /// <summary>[1] A block's loss of the pixels.</summary>
    internal Tensor Reconstruction(int block) => Slot(block, 0);

    /// <summary>[1] A block's loss of the labels.</summary>
    internal Tensor Label(int block) => Slot(block, 1);

    /// <summary>[1] What a block learned by.</summary>
    internal Tensor Total(int block) => Slot(block, 2);

    /// <summary>[1] How many images the block's own head classified right.</summary>
    internal Tensor Correct(int block) => Slot(block, 3);

    /// <summary>Begins to copy what stands there now; the oldest copy makes room where there are too many.</summary>
    internal void Begin(ulong step)
    {
        if (Pending == MostPending)
            Skip();
        int slot = (oldest + Pending++) % MostPending;
        steps[slot] = step;
        copies[slot].BeginDownload(values);
    }

    /// <summary>The oldest copy; null where there is none, or where it is not to be waited for.</summary>
    internal StepReport? Take(bool wait)
    {
        if (Pending == 0 || !(wait || copies[oldest].IsDone))
            return null;
        copies[oldest].Wait();
        ReadOnlySpan<float> read = copies[oldest].Values;
        var reports = new BlockReport[blocks];
        for (int i = 0; i < blocks; i++)
        {
            ReadOnlySpan<float> of = read.Slice(i * PerBlock, PerBlock);
            reports[i] = new BlockReport(of[0], of[1], of[2], of[3] < 0 ? null : (int)of[3]);
        }
        var report = new StepReport(steps[oldest], reports);
        Skip();
        return report;
    }

    /// <summary>Returns the memory.</summary>
    public void Dispose()
    {
        foreach (StagingBuffer copy in copies)
            copy.Dispose();
        values.Release();
    }

    private void Skip()
    {
        oldest = (oldest + 1) % MostPending;
        Pending--;
    }

    private Tensor Slot(int block, int measure) => values.Slice(block * PerBlock + measure, new Shape(1));
}
