using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Tensors;

namespace ManSharp.Tests.Pure.Autograd;

/// <summary>What the tests of the tape share: one device, whose pool shows what lives, and batch norms without modules.</summary>
public abstract class TapeTest : IDisposable
{
    internal static readonly Shape X = new(2, 3, 4, 16);

    private readonly List<Tensor> rented = [];

    /// <summary>The dry device where memory alone matters.</summary>
    private protected TapeTest(Device device) => Device = device;

    private protected Device Device { get; }

    /// <summary>Bytes that live beyond the tensors of the test itself.</summary>
    private protected long Live => Device.Memory.LiveBytes - rented.Sum(tensor => tensor.Shape.Bytes);

    public void Dispose()
    {
        Device.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A tensor of the test; every shape used here is a multiple of 64 bytes, or the sum above would not hold.</summary>
    private protected Tensor Rent(Shape shape, ulong seed)
    {
        if (shape.Bytes % 64 != 0)
            throw new ArgumentException($"TapeTest: whole cache lines were expected. Got {shape}.");
        rented.Add(Device.Put(shape, HostValues.Normal(shape.Length, seed)));
        return rented[^1];
    }

    private protected Norm NewNorm(int channels = 16) => new(this, channels);

    /// <summary>The parameters and statistics of one batch norm.</summary>
    private protected sealed class Norm
    {
        private readonly RunningStatistic mean, variance;

        internal Norm(TapeTest test, int channels)
        {
            var shape = new Shape(channels);
            (Gamma, Beta, mean, variance) = (new Parameter(shape), new Parameter(shape), new RunningStatistic(shape), new RunningStatistic(shape));
            Gamma.Bind(test.Rent(shape, 101));
            Beta.Bind(test.Rent(shape, 102));
            mean.Bind(test.Rent(shape, 103));
            variance.Bind(test.Rent(shape, 104));
        }

        internal Parameter Gamma { get; }

        internal Parameter Beta { get; }

        internal Variable Apply(Tape tape, Variable x, Variable residual = default, bool relu = true) =>
            tape.BatchNorm(x, Gamma, Beta, mean, variance, residual, relu);
    }
}
