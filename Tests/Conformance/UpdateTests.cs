using ManSharp.Tensors;
using ManSharp.Tests.Reference;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class UpdateTests
{
    private static readonly int[] Lengths = [.. Enumerable.Range(1, 67), 257, 16385, 70_001];

    [Fact]
    public void SgdStep()
    {
        foreach (int length in Lengths)
            foreach (bool nesterov in (bool[])[false, true])
            {
                var values = new TestValues(length);
                double[] weights = values.Normal(length), velocities = values.Normal(length),
                    gradients = values.Normal(length);
                float rate = 0.1f, momentum = 0.9f, decay = 0.01f;
                (double[] newW, double[] newV) =
                    ReferenceUpdates.SgdStep(weights, velocities, gradients, rate, momentum, decay, nesterov);
                var check = new KernelCheck($"SgdStep [{length}], nesterov {nesterov}");
                var shape = new Shape(length);
                int g = check.Input(shape, gradients);
                int w = check.InPlace(shape, weights, newW, Tolerance.Elementwise, "w");
                int v = check.InPlace(shape, velocities, newV, Tolerance.Elementwise, "v");
                check.Run((kernels, t, _) => kernels.SgdStep(t[w], t[v], t[g], rate, momentum, decay, nesterov));
            }
    }

    [Fact]
    public void EmaUpdate()
    {
        foreach (int length in Lengths)
        {
            var values = new TestValues(length);
            double[] averages = values.Normal(length), news = values.Normal(length);
            var check = new KernelCheck($"EmaUpdate [{length}]");
            var shape = new Shape(length);
            int x = check.Input(shape, news);
            double[] expected = ReferenceUpdates.EmaUpdate(averages, news, 0.995f);
            int a = check.InPlace(shape, averages, expected, Tolerance.Elementwise, "average");
            check.Run((kernels, t, _) => kernels.EmaUpdate(t[a], t[x], 0.995f));
        }
    }
}
