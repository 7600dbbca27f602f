using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Planning;
using ManSharp.LocalLearning.SelfTest;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;
using ManSharp.Tests.Conformance;
using Xunit;

namespace ManSharp.Tests.Whole;

/// <summary>Training on every GPU that a driver shows; skipped, and said so, where there is none.</summary>
public sealed class GpuTrainingTests
{
    private const int Batch = 8;

    // Training amplifies rounding, by every ReLU that flips. With pixels that are off by 1e-7 the CPU engine itself is
    // off by 6e-3 after fifty steps at a rate of 0.05, and by 4e-5 at this one.
    private const float Rate = 0.005f;

    [Fact]
    public void Two_runs_of_one_seed_give_the_same_bits_and_the_predicted_memory()
    {
        lock (TestDevices.Gate)
            foreach (TestDevice gpu in Present())
            {
                Outcome first = Train(gpu.Device, "man", steps: 4), second = Train(gpu.Device, "man", steps: 4);
                Assert.Equal(first.Weights, second.Weights);
                Assert.Equal(first.PredictedBytes, first.PeakBytes);
                Assert.Equal(0, first.Growths);
            }
    }

    [Fact]
    public void No_step_waits_until_the_device_has_nothing_left_to_do()
    {
        lock (TestDevices.Gate)
            foreach (TestDevice gpu in Present())
            {
                Device device = gpu.Device;
                NetworkPlan plan = PlanOf("man");
                using var trainer = new LocalTrainer(device, plan, seed: 7);
                using var buffers = new InputBuffers(device, plan, Batch, [0.5f, 0.5f, 0.5f], [0.25f, 0.25f, 0.25f]);
                trainer.Step(Load(buffers, plan, 1), Rate);
                float[] alone = Totals(trainer.Report());
                (long waits, long launches, long calls) =
                    (device.HostSynchronizations, device.KernelLaunches, device.Kernels.Calls);
                var reports = new List<StepReport>();
                for (int step = 2; step <= 8; step++)
                {
                    trainer.Step(Load(buffers, plan, step), Rate);
                    trainer.BeginReport();
                    while (trainer.TakeReport(wait: trainer.PendingReports > 2) is { } report)
                        reports.Add(report);
                    Assert.InRange(trainer.PendingReports, 0, 2);
                }
                Assert.Equal(0, device.HostSynchronizations - waits);
                Assert.True(device.Kernels.Calls - calls > 7 * 100, "a step calls hundreds of kernels");
                Assert.True(device.KernelLaunches - launches > device.Kernels.Calls - calls, "calls launch");
                while (trainer.PendingReports > 0)
                    reports.Add(trainer.TakeReport(wait: true)!);
                Assert.Equal(Enumerable.Range(2, 7).Select(step => (ulong)step), reports.Select(report => report.Step));

                Outcome waited = Train(device, "man", steps: 8);
                Assert.Equal(waited.Losses, reports.SelectMany(Totals));
                Assert.NotEqual(alone, Totals(reports[0]));
            }
    }

    [Theory]
    [InlineData("man", 50)]
    [InlineData("bp", 50)]
    public void The_losses_of_fifty_steps_are_those_of_the_CPU_engine(string method, int steps)
    {
        lock (TestDevices.Gate)
            foreach (TestDevice gpu in Present())
            {
                float[] expected = Train(TestDevices.All[0].Device, method, steps).Losses;
                float[] losses = Train(gpu.Device, method, steps).Losses;
                for (int i = 0; i < losses.Length; i++)
                    Assert.True(
                        Math.Abs(losses[i] - expected[i]) <= 1e-3 * Math.Max(1, Math.Abs(expected[i])),
                        $"{gpu.Name}, {method}, loss {i}: {expected[i]:R} was expected. Got {losses[i]:R}.");
            }
    }

    [Fact]
    public void Every_device_passes_its_self_test()
    {
        lock (TestDevices.Gate)
            foreach (TestDevice gpu in Present())
                foreach (SelfTestFinding finding in DeviceSelfTest.Run(gpu.Device))
                    Assert.True(finding.Passes, $"{gpu.Name}: {finding}");
    }

    private static List<TestDevice> Present()
    {
        List<TestDevice> present = [.. TestDevices.All.Where(device => device.Family.Contains(':'))];
        Assert.SkipWhen(present.Count == 0, "needs a CUDA or OpenCL device (pocl-opencl-icd is one); no driver shows any");
        return present;
    }

    private static Outcome Train(Device device, string method, int steps)
    {
        NetworkPlan plan = PlanOf(method);
        StepCost cost = StepCost.Predict(plan, Batch, device);
        Assert.True(device.Memory.Reserve(cost.Layout));
        int growths = device.Memory.Growths;
        using var trainer = new LocalTrainer(device, plan, seed: 7);
        using var buffers = new InputBuffers(device, plan, Batch, [0.5f, 0.5f, 0.5f], [0.25f, 0.25f, 0.25f]);
        trainer.Step(Load(buffers, plan, 1), Rate);
        device.Memory.ResetPeak();
        var losses = new List<float>();
        for (int step = 2; step <= steps; step++)
        {
            trainer.Step(Load(buffers, plan, step), Rate);
            losses.AddRange(Totals(trainer.Report()));
        }
        long peak = device.Memory.PeakBytes;
        var weights = new List<float>();
        foreach (LocalBlock block in trainer.Blocks)
        {
            var values = new float[block.Parameters.Values.Length];
            device.Kernels.Download(values, block.Parameters.Values);
            weights.AddRange(values);
        }
        return new Outcome(
            [.. losses], [.. weights], peak, cost.PeakBytes, device.Memory.Growths - growths);
    }

    private static NetworkPlan PlanOf(string method)
    {
        NetworkSpec network = NetworkSpec.CifarResNet(8, classes: 10);
        LocalMethod local = LocalMethod.Parse(method);
        return new NetworkPlan
        {
            Network = network, Partition = Partition.For(network, local.EndToEnd ? 1 : network.Units.Count),
            ImageSize = 16,
            Method = local with { Weights = LossWeights.Paper },
        };
    }

    /// <summary>A batch of its own for each of ten steps, then the first again.</summary>
    private static TrainingInput Load(InputBuffers buffers, NetworkPlan plan, int step)
    {
        var random = new CounterRandom(1, (ulong)(step % 10), 0);
        var pixels = new float[Batch * plan.ImageSize * plan.ImageSize * NetworkSpec.ImageChannels];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = random.NextSingle();
        return buffers.Load(
            pixels, [.. Enumerable.Range(0, Batch).Select(i => (float)((i * 3 + step % 10) % plan.Network.Classes))]);
    }

    private static float[] Totals(StepReport report) => [.. report.Blocks.Select(block => block.Total)];

    private sealed record Outcome(float[] Losses, float[] Weights, long PeakBytes, long PredictedBytes, int Growths);
}
