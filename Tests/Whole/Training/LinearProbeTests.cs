using ManSharp.Autograd;
using ManSharp.Layers.Training;
using ManSharp.LocalLearning.Analysis;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Whole.Training;

/// <summary>Linear classifiers of a frozen network's features.</summary>
public sealed class LinearProbeTests
{
    private const int Images = 24;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(4, 4)]
    [InlineData(5, 3)]
    [InlineData(7, 4)]
    [InlineData(8, 4)]
    [InlineData(9, 3)]
    [InlineData(14, 4)]
    [InlineData(17, 4)]
    [InlineData(56, 4)]
    public void Features_are_averaged_over_at_most_four_by_four_windows_that_cover_all_pixels(int size, int side)
    {
        using Device device = Device.Cpu(1);
        using var tape = new Tape(device, TapeMode.Evaluation);
        Tensor x = device.Rent(new Shape(2, size, size, 3));
        device.Kernels.Upload(x, HostValues.Normal(x.Length, seed: 1));
        float[] pooled = device.Values(tape.ValueOf(tape.PoolFeatures(tape.Input(x)))), all = device.Values(x);
        Assert.Equal(side, FeaturePool.Side(size));
        Assert.Equal(2 * side * side * 3, pooled.Length);
        int window = (size + 3) / 4, before = (window * side - size + 1) / 2;
        for (int p = 0; p < side; p++)
            for (int q = 0; q < side; q++)
            {
                int[] rows = Covered(p), columns = Covered(q);
                float mean = rows.SelectMany(h => columns.Select(w => all[((size + h) * size + w) * 3 + 2])).Average();
                Assert.Equal(mean, pooled[((side + p) * side + q) * 3 + 2], 1e-5f);
            }
        Assert.Equal(Enumerable.Range(0, size), Enumerable.Range(0, side).SelectMany(Covered));

        int[] Covered(int place) =>
            [.. Enumerable.Range(place * window - before, window).Where(pixel => pixel >= 0 && pixel < size)];
    }

    [Fact]
    public void Classes_that_differ_in_where_something_is_are_told_apart()
    {
        using Device device = Device.Cpu(1);
        using var probe = new LinearProbe(device, size: 8, channels: 2, classes: 4, new SgdOptions(), seed: 1);
        Assert.Equal(4 * 4 * 2, probe.Features);
        Tensor x = device.Rent(new Shape(Images, 8, 8, 2)), labels = device.Rent(new Shape(Images));
        Tensor counter = device.Rent(new Shape(1));
        // Class k has its one bright pixel somewhere in quarter k: the means over all pixels are the same.
        float[] values = new float[x.Length];
        for (int n = 0; n < Images; n++)
            values[((n * 8 + 4 * (n % 4 / 2) + n % 3) * 8 + 4 * (n % 2) + n % 4) * 2] = 1;
        device.Kernels.Upload(x, values);
        device.Kernels.Upload(labels, [.. Enumerable.Range(0, Images).Select(n => (float)(n % 4))]);
        long between = device.Memory.LiveBytes;
        for (int step = 0; step < 30; step++)
            probe.Step(x, labels, rate: 0.1f);
        probe.CountCorrect(counter, x, labels);
        Assert.Equal(Images, (int)device.Values(counter)[0]);
        Assert.Equal(between, device.Memory.LiveBytes);
    }

    [Fact]
    public void A_network_is_not_changed_and_all_memory_comes_back()
    {
        NetworkPlan plan = TrainingSetup.Plan("greedy");
        using Device device = Device.Cpu(1);
        TrainingInput input = TrainingSetup.Batch(device, plan, Images);
        using var network = new LocalTrainer(device, plan, seed: 1);
        network.Step(input, rate: 0.1f);
        var before = TrainingSetup.State(device, network);
        long between = device.Memory.LiveBytes;
        using (var probes = new BlockProbes(device, network, new SgdOptions(), seed: 1))
        {
            // Features of 8x8x16, 4x4x32 and 2x2x64 in windows.
            Assert.Equal([4 * 4 * 16, 4 * 4 * 32, 2 * 2 * 64], probes.Features);
            IReadOnlyList<int> first = probes.CountCorrect(input);
            for (int step = 0; step < 40; step++)
                probes.Step(input, rate: 0.1f);
            // By heart, whatever the features: more values than images.
            Assert.Equal([Images, Images, Images], probes.CountCorrect(input));
            Assert.All(first, count => Assert.True(count < Images));
        }
        Assert.Equal(between, device.Memory.LiveBytes);
        var after = TrainingSetup.State(device, network);
        Assert.All(before, state => Assert.Equal(state.Value, after[state.Key]));
    }

    [Fact]
    public void A_sample_has_the_pooled_features_of_the_first_images_of_all_batches()
    {
        NetworkPlan plan = TrainingSetup.Plan("greedy");
        using Device device = Device.Cpu(1);
        using var network = new LocalTrainer(device, plan, seed: 1);
        TrainingInput first = TrainingSetup.Batch(device, plan, 4, seed: 1);
        TrainingInput second = TrainingSetup.Batch(device, plan, 4, seed: 2);
        long between = device.Memory.LiveBytes;
        var sample = new FeatureSample(device, network, images: 6);
        sample.Add(first);
        Assert.Throws<InvalidOperationException>(() => sample.Matrices);
        sample.Add(second);
        Assert.True(sample.IsComplete);
        Assert.Equal(between, device.Memory.LiveBytes);
        Assert.Equal([6, 6, 6], sample.Matrices.Select(matrix => matrix.Images));
        var seen = new List<int>();
        network.VisitFeatures(second.Images, (block, features) =>
        {
            seen.Add(block.Index);
            // The last block's maps are of 2x2 pixels and stay as they are.
            float[] values = device.Values(features);
            if (block.Index == 2)
                for (int feature = 0; feature < 2 * 2 * 64; feature++)
                    Assert.Equal(values[2 * 2 * 64 + feature], (float)sample.Matrices[2][5, feature]);
        });
        Assert.Equal([0, 1, 2], seen);
    }
}
