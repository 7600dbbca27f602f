using ManSharp.Autograd;
using ManSharp.Layers.Modules;
using ManSharp.Tensors;

namespace ManSharp.Layers.Training;

/// <summary>
/// The memory of some modules' parameters: one flat buffer of values in the order of declaration, one of running
/// statistics and, within a step, one of gradients. An optimizer's step, a momentum copy and a checkpoint are each one
/// pass over it. Each parameter begins at a multiple of four values, so that GPUs can load 16 bytes at a time.
/// </summary>
public sealed class ParameterBuffer : IDisposable
{
    private const int Alignment = 4;

    private readonly Device device;
    private readonly int[] starts;
    private readonly Shape shape;
    private Tensor gradients;

    /// <summary>Lays the parameters and statistics out and binds them; values are undefined until they are initialized.</summary>
    public ParameterBuffer(Device device, Declaration declaration)
    {
        this.device = device;
        Declaration = declaration;
        starts = new int[declaration.Parameters.Count];
        int length = 0;
        for (int i = 0; i < starts.Length; i++)
        {
            starts[i] = length;
            length += Round(declaration.Parameters[i].Parameter.Shape.Length);
        }
        shape = new Shape(length);
        Values = device.Rent(shape);
        for (int i = 0; i < starts.Length; i++)
        {
            Parameter parameter = declaration.Parameters[i].Parameter;
            parameter.Bind(Values.Slice(starts[i], parameter.Shape));
        }
        int statistics = declaration.Statistics.Sum(s => s.Statistic.Shape.Length);
        if (statistics == 0)
            return;
        Statistics = device.Rent(new Shape(statistics));
        int start = 0;
        foreach (NamedStatistic named in declaration.Statistics)
        {
            named.Statistic.Bind(Statistics.Slice(start, named.Statistic.Shape));
            start += named.Statistic.Shape.Length;
        }
    }

    /// <summary>What lies in the buffer, by name.</summary>
    public Declaration Declaration { get; }

    /// <summary>All parameters, one after the other.</summary>
    public Tensor Values { get; }

    /// <summary>All running statistics, one after the other; none where there are no batch norms.</summary>
    public Tensor Statistics { get; }

    /// <summary>All gradients, laid out as <see cref="Values"/>, between <see cref="BeginGradients"/> and <see cref="EndGradients"/>.</summary>
    public Tensor Gradients => gradients;

    /// <summary>Bytes of the values of the first <paramref name="count"/> parameters declared.</summary>
    public long ValueBytes(int count) => sizeof(float) * (long)(count < starts.Length ? starts[count] : shape.Length);

    /// <summary>Bytes of the first <paramref name="count"/> running statistics declared.</summary>
    public long StatisticBytes(int count) =>
        Declaration.Statistics.Take(count).Sum(named => named.Statistic.Shape.Bytes);

    /// <summary>Writes first values: a function of the seed and each parameter's name, so that no other block's size matters.</summary>
    public void Initialize(ulong seed)
    {
        device.Kernels.Fill(Values, 0);
        foreach (NamedParameter named in Declaration.Parameters)
        {
            float[] values = new float[named.Parameter.Shape.Length];
            named.Initialization.Fill(values, new CounterRandom(seed, Declaration.StreamOf(named.Name), 0));
            device.Kernels.Upload(named.Parameter.Value, values);
        }
        foreach (NamedStatistic named in Declaration.Statistics)
            device.Kernels.Fill(named.Statistic.Value, named.Initial);
    }

    /// <summary>Rents the gradients and makes the parameters trainable.</summary>
    public void BeginGradients()
    {
        gradients = device.Rent(shape);
        for (int i = 0; i < starts.Length; i++)
        {
            Shape length = Declaration.Parameters[i].Parameter.Shape;
            Declaration.Parameters[i].Parameter.BeginGradient(gradients.Slice(starts[i], length));
            if (Round(length.Length) != length.Length)
                device.Kernels.Fill(gradients.Slice(starts[i] + length.Length, new Shape(Round(length.Length) - length.Length)), 0);
        }
    }

    /// <summary>Sets to zero the gradients that no operation wrote: those of parameters that the loss does not depend on.</summary>
    public void CompleteGradients()
    {
        foreach (NamedParameter named in Declaration.Parameters)
            if (!named.Parameter.GradientWritten)
                device.Kernels.Fill(named.Parameter.Gradient, 0);
    }

    /// <summary>Returns the gradients' memory; the parameters are frozen until the next step.</summary>
    public void EndGradients()
    {
        foreach (NamedParameter named in Declaration.Parameters)
            named.Parameter.EndGradient();
        if (!gradients.IsNone)
            gradients.Release();
        gradients = Tensor.None;
    }

    /// <summary>Returns all memory.</summary>
    public void Dispose()
    {
        EndGradients();
        Values.Release();
        if (!Statistics.IsNone)
            Statistics.Release();
    }

    private static int Round(int length) => (length + Alignment - 1) / Alignment * Alignment;
}
