using System.Globalization;
using ILGPU;
using ILGPU.Runtime;
using ManSharp.Tensors.Kernels;
using Values = ILGPU.ArrayView<float>;

namespace ManSharp.Tensors.Gpu;

/// <summary>
/// A GPU's kernels, one file a family, siblings of the CPU's. Every call only puts work into one stream, in which
/// kernels run one after the other; reading results back is the only thing that waits. Reductions cut their work into
/// chunks whose number depends on sizes alone, and add in a fixed order: results are bit-identical from run to run.
/// </summary>
/// <remarks>
/// Kernels are loaded when they are first called and kept in fields. A kernel method has the name of its caller and
/// ends in Kernel; its threads are numbered by <see cref="Grid"/> and <see cref="Group"/>, never by an index parameter,
/// which ILGPU 1.5.3 takes for the same in all threads.
/// </remarks>
internal sealed partial class GpuKernels : IKernels, IDisposable
{
    private const int GroupSize = GpuLoader.GroupSize;

    // Values of the partial sums of the kernel that runs now: 4 MiB, beside the pool.
    private const int WorkspaceLength = 1 << 20;

    private readonly GpuStyle style;
    private readonly GpuLoader loader;
    private readonly AcceleratorStream stream;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> workspace;
    private readonly Values partials;
    private readonly Dictionary<Type, Delegate> launchers = [];
    private long copies;

    internal GpuKernels(Accelerator accelerator, GpuStyle style)
    {
        this.style = style;
        loader = new GpuLoader(accelerator);
        stream = accelerator.DefaultStream;
        workspace = accelerator.Allocate1D<float>(WorkspaceLength);
        partials = workspace.View.BaseView;
    }

    public long Calls { get; private set; }

    public double Flops { get; private set; }

    /// <summary>Kernels launched.</summary>
    internal long Launches { get; private set; }

    /// <summary>How often the host waited until the device had nothing left to do.</summary>
    internal long HostSynchronizations { get; private set; }

    /// <summary>How often the host waited for a copy that was begun earlier, while the device had more to do.</summary>
    internal long HostWaits { get; private set; }

    /// <summary>Counts a copy that is put into the stream; its number among all that is put there.</summary>
    internal long CountCopy() => Launches + ++copies;

    /// <summary>Counts a wait for what has this number.</summary>
    internal void CountWait(long number)
    {
        if (number == Launches + copies)
            HostSynchronizations++;
        else
            HostWaits++;
    }

    public void Dispose()
    {
        stream.Synchronize();
        workspace.Dispose();
    }

    /// <summary>One thread a value.</summary>
    private KernelConfig Flat(int length) => Groups((int)(((long)length + GroupSize - 1) / GroupSize));

    /// <summary>A number of groups of the usual size.</summary>
    private KernelConfig Groups(int count) => Groups(count, GroupSize);

    private KernelConfig Groups(int count, int groupSize)
    {
        Launches++;
        return new KernelConfig(count, groupSize);
    }

    private KernelConfig Groups(int x, int y, int z, int groupSize = GroupSize)
    {
        Launches++;
        return new KernelConfig(new Index3D(x, y, z), new Index3D(groupSize, 1, 1));
    }

    /// <summary>The view of an optional operand; any view where it is absent, since a kernel is told not to read it.</summary>
    private Values Optional(Tensor tensor) => tensor.IsNone ? partials : tensor.View();

    /// <summary>What kernels are told: 1 for an operand that is there, 0 for one that is not.</summary>
    private static int Present(Tensor tensor) => tensor.IsNone ? 0 : 1;

    private static int Adds(Write write) => write == Write.Add ? 1 : 0;

    private static void CheckWorkspace(string operation, long length)
    {
        if (length > WorkspaceLength)
            throw new DeviceException(string.Create(
                CultureInfo.InvariantCulture,
                $"{operation}: at most {WorkspaceLength} partial results fit. Got {length}. Use a smaller batch."));
    }

    /// <summary>The number of this thread over the whole grid of a <see cref="Flat"/> launch.</summary>
    private static int FlatIndex => Grid.IdxX * GroupSize + Group.IdxX;

    // Compared without sign, so that the last group of a tensor of nearly 2^31 values does not wrap around.
    private static bool IsInside(int index, int length) => (uint)index < (uint)length;

    private static void Put(Values y, int index, float value, int add) =>
        y[index] = add != 0 ? y[index] + value : value;

    /// <summary>
    /// The sum of one value a thread, over a group of a power of two, known to every thread; the same pairs are added
    /// in every run.
    /// </summary>
    private static float GroupSum(Values shared, float value, int size)
    {
        int t = Group.IdxX;
        shared[t] = value;
        Group.Barrier();
        for (int half = size / 2; half > 0; half /= 2)
        {
            if (t < half)
                shared[t] += shared[t + half];
            Group.Barrier();
        }
        float sum = shared[0];
        Group.Barrier();
        return sum;
    }

    /// <summary>The greatest of one value a thread, known to every thread.</summary>
    private static float GroupMax(Values shared, float value, int size)
    {
        int t = Group.IdxX;
        shared[t] = value;
        Group.Barrier();
        for (int half = size / 2; half > 0; half /= 2)
        {
            if (t < half)
                shared[t] = MathF.Max(shared[t], shared[t + half]);
            Group.Barrier();
        }
        float greatest = shared[0];
        Group.Barrier();
        return greatest;
    }
}
