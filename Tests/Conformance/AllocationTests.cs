using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using ManSharp.Tensors.Kernels.Operations;
using Xunit;

namespace ManSharp.Tests.Conformance;

/// <summary>Kernels leave nothing to the garbage collector once their workspace has grown.</summary>
public sealed class AllocationTests
{
    // The runtime allocates a lock when two threads first contend for waking up a worker; a kernel would allocate in each round.
    private const int Rounds = 5;

    [Fact]
    public void A_second_round_of_kernels_allocates_nothing()
    {
        lock (TestDevices.Gate)
            foreach (TestDevice device in TestDevices.All.Where(present => present.Family == "cpu"))
            {
                var images = new Shape(4, 32, 32, 12);
                Tensor[] t = [.. Enumerable.Range(0, 6).Select(_ => device.Device.Rent(images))];
                foreach (Tensor tensor in t)
                    device.Device.Kernels.Fill(tensor, 0);
                var pool = PoolGeometry.Create(images, 2, 2, 2, 0);
                var resize = ResizeGeometry.Create(new Shape(4, 16, 16, 12), 32, 32);
                CallAll(device.Device.Kernels, t, pool, resize);
                Assert.Equal(0, Enumerable.Range(0, Rounds).Min(_ => Allocated(device.Device.Kernels, t, pool, resize)));
                foreach (Tensor tensor in t)
                    tensor.Release();
            }
    }

    private static long Allocated(IKernels kernels, Tensor[] t, PoolGeometry pool, ResizeGeometry resize)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        CallAll(kernels, t, pool, resize);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void CallAll(IKernels kernels, Tensor[] t, PoolGeometry pool, ResizeGeometry resize)
    {
        var row = new Shape(12);
        Tensor mean = t[5].Slice(0, row), inverse = t[5].Slice(12, row), gamma = t[5].Slice(24, row),
            beta = t[5].Slice(36, row);
        Tensor scratch = t[5].Slice(48, new Shape(24)), one = t[5].Slice(72, new Shape(1));
        Tensor square = t[0].Slice(0, new Shape(64, 64)), labels = t[1].Slice(0, new Shape(64));
        Tensor small = t[1].Slice(0, pool.Output), places = t[2].Slice(0, pool.Output);
        kernels.Copy(t[0], t[1]);
        kernels.Binary<Add>(t[0], t[1], t[2]);
        kernels.Unary<Relu>(t[0], t[1]);
        kernels.UnaryGradient<Sigmoid>(t[0], t[1], t[2], t[3], Write.Add);
        kernels.Scale(t[0], t[1], 2, Write.Add);
        kernels.Affine(t[0], t[1], gamma, beta);
        kernels.SumRows(mean, t[0], Write.Set);
        kernels.Sum(one, t[0], Write.Set);
        kernels.BatchNormStatistics(mean, inverse, Tensor.None, Tensor.None, t[0], 1e-5f, 0.1f);
        kernels.BatchNormApply(t[0], t[1], mean, inverse, gamma, beta, t[2], true);
        kernels.BatchNormGradient(
            t[3], gamma, beta, t[4], scratch, t[0], t[1], t[2], mean, inverse, gamma, Write.Set, Write.Set, Write.Set);
        kernels.AveragePool(small, t[0], pool);
        kernels.AveragePoolGradient(t[0], small, pool, Write.Add);
        kernels.MaxPool(small, places, t[0], pool);
        kernels.MaxPoolGradient(t[0], small, places, pool, Write.Add);
        kernels.ResizeBilinear(t[0], t[1].Slice(0, resize.Input), resize);
        kernels.ResizeBilinearGradient(t[1].Slice(0, resize.Input), t[0], resize, Write.Add);
        kernels.BinaryCrossEntropy(one, t[0], t[1]);
        kernels.BinaryCrossEntropyGradient(t[2], one, t[0], t[1], Write.Set);
        kernels.Fill(labels, 0);
        kernels.SoftmaxCrossEntropy(one, square, labels);
        kernels.SupervisedContrastive(one, square, labels, 0.07f);
        kernels.SgdStep(t[0], t[1], t[2], 0.1f, 0.9f, 0.1f, true);
        kernels.EmaUpdate(t[0], t[1], 0.9f);
    }
}
