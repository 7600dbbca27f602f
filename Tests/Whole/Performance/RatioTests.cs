using System.Diagnostics;
using System.Numerics;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using ManSharp.Tests.Whole.Training;
using Xunit;

namespace ManSharp.Tests.Whole.Performance;

/// <summary>These tests run when no other does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>
/// The engine's speed against a frozen managed kernel in the same run, one thread each, the best of many interleaved
/// runs: a ratio that does not depend on how fast the machine is or how busy. Measured: 2.1, 1.8 and 1.4 times as fast with
/// vectors of 256 bits, 1.9, 1.4 and 1.2 with 128; a failure means that something became far slower, not a little.
/// </summary>
[Collection(nameof(Alone))]
public sealed class RatioTests(ITestOutputHelper output)
{
    private const int Rounds = 6;
    private const int Attempts = 8;

    private static readonly Conv2dGeometry geometry = Conv2dGeometry.Create(
        new Shape(4, 16, 16, 32), new Shape(3, 3, 32, 32), stride: 1, padding: 1);

    private readonly float[] padded = HostValues.Normal(4 * 18 * 18 * 32, seed: 1);
    private readonly float[] weights = HostValues.Normal(geometry.Weight.Length, seed: 2);
    private readonly float[] baselineOutput = new float[geometry.Output.Length];

    [Fact]
    public void A_convolution_is_faster_than_a_simple_vectorized_loop()
    {
        SkipWithoutVectors();
        using Device device = Device.Cpu(threads: 1);
        Tensor x = device.Rent(geometry.Input), w = device.Rent(geometry.Weight), y = device.Rent(geometry.Output);
        device.Kernels.Upload(x, HostValues.Normal(x.Length, seed: 3));
        device.Kernels.Upload(w, weights);
        int length = device.Kernels.Conv2dScratch(geometry, Conv2dPass.Forward);
        Tensor scratch = length > 0 ? device.Rent(new Shape(length)) : Tensor.None;

        AssertFaster(1.3, () => device.Kernels.Conv2dForward(y, scratch, x, w, Tensor.None, geometry), work: 1);
    }

    [Theory]
    [InlineData("bp", 0.9)]
    [InlineData("man", 0.7)]
    public void A_training_step_does_its_arithmetic_as_fast_as_a_simple_loop_would(string method, double factor)
    {
        SkipWithoutVectors();
        using Device device = Device.Cpu(threads: 1);
        NetworkPlan plan = TrainingSetup.Plan(method, depth: 20, imageSize: 32);
        using var trainer = new LocalTrainer(device, plan, seed: 1);
        TrainingInput input = TrainingSetup.Batch(device, plan, batch: 8);
        double before = device.Kernels.Flops;
        trainer.Step(input, 0.01f);

        double work = (device.Kernels.Flops - before) / geometry.Flops;
        AssertFaster(factor, () => trainer.Step(input, 0.01f), work);
    }

    // The baseline's time is that of one baseline convolution, times `work`: as many as have the arithmetic of `engine`.
    private void AssertFaster(double factor, Action engine, double work)
    {
        double best = double.PositiveInfinity, baseline = double.PositiveInfinity, ratio = 0;
        for (int attempt = 0; attempt < Attempts && !(ratio >= factor); attempt++)
        {
            for (int round = 0; round < Rounds; round++)
            {
                baseline = Math.Min(baseline, Milliseconds(() => BaselineConv2d.Forward(baselineOutput, padded, weights, geometry)));
                best = Math.Min(best, Milliseconds(engine));
            }
            ratio = baseline * work / best;
        }
        output.WriteLine($"engine {best:0.000} ms, baseline {baseline * work:0.000} ms, {ratio:0.00} times as fast");
        Assert.True(
            ratio >= factor,
            $"At least {factor} times the baseline's speed was expected. Got {ratio:0.00}: engine {best:0.000} ms, "
            + $"baseline {baseline * work:0.000} ms, best of {Attempts * Rounds}.");
    }

    private static double Milliseconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static void SkipWithoutVectors() => Assert.SkipUnless(
        Vector.IsHardwareAccelerated && geometry.K % BaselineConv2d.OutputStep == 0,
        $"Needs vectors in hardware of which {geometry.K / 4} values or a whole fraction make one.");
}
