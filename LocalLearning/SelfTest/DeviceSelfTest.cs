using System.Diagnostics;
using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.LocalLearning.SelfTest;

/// <summary>One finding of a self-test.</summary>
/// <param name="Name">What was computed.</param>
/// <param name="Deviation">
/// The greatest |device - CPU| / max(|CPU|, root mean square of the CPU's result); infinite where nothing was computed.
/// </param>
/// <param name="Allowed">The greatest deviation that rounding explains.</param>
/// <param name="Error">What the device said instead of computing; null where it computed.</param>
public sealed record SelfTestFinding(string Name, double Deviation, double Allowed, string? Error)
{
    /// <summary>Whether the device computed what the CPU does.</summary>
    public bool Passes => Error is null && Deviation <= Allowed;
}

/// <summary>
/// Compares a device with the CPU engine: every kernel family on odd shapes, then a short training run. Drivers do return
/// wrong numbers; a device that fails here must not train.
/// </summary>
public static class DeviceSelfTest
{
    private const double KernelTolerance = 3e-5;
    private const double TrainingTolerance = 1e-3;
    // Operands of 10 bits are off by up to 2^-11 each.
    private const double Tf32ProductTolerance = 3e-3;
    private const double Tf32TrainingTolerance = 3e-2;
    private const int Batch = 8;
    private const int ImageSize = 16;
    private const int Steps = 3;
    private const int BriefSteps = 2;

    /// <summary>Every kernel of every family and a short training run, in that order.</summary>
    public static IReadOnlyList<SelfTestFinding> Run(Device device) => Run(device, SelfTestCases.All, Steps);

    /// <summary>
    /// What is tried at the start of a program: the kernels that most of a training step's time is spent in, on shapes that
    /// fill whole tiles, and a training run of two steps, which passes through most of the others.
    /// </summary>
    public static IReadOnlyList<SelfTestFinding> RunBrief(Device device) =>
        Run(device, SelfTestCases.All.Where(test => test.Brief), BriefSteps);

    private static List<SelfTestFinding> Run(Device device, IEnumerable<SelfTestCase> cases, int steps)
    {
        using Device cpu = Device.Cpu();
        bool tf32 = device.Precision == Precision.Tf32;
        var findings = new List<SelfTestFinding>();
        foreach (IGrouping<string, SelfTestCase> family in cases.GroupBy(test => test.Family))
            findings.Add(Compare(
                family.Key, tf32 && (family.Key is "gemm" or "conv2d") ? Tf32ProductTolerance : KernelTolerance,
                () => family.Max(test => test.Deviation(device, cpu))));
        findings.Add(Compare(
            "training", tf32 ? Tf32TrainingTolerance : TrainingTolerance,
            () => SelfTestCase.Deviation(Losses(cpu, steps), Losses(device, steps))));
        return findings;
    }

    /// <summary>Bytes that are read and written a second when a large tensor is copied.</summary>
    public static double BytesPerSecond(Device device)
    {
        var shape = new Shape(16 << 20);
        Tensor x = device.Rent(shape), y = device.Rent(shape);
        device.Kernels.Fill(x, 1);
        double seconds = BestSeconds(device, y, () => device.Kernels.Copy(y, x));
        x.Release();
        y.Release();
        return 2.0 * shape.Bytes / seconds;
    }

    /// <summary>Operations a second of a 1024 x 1024 x 1024 matrix product.</summary>
    public static double GemmFlopsPerSecond(Device device)
    {
        var shape = new Shape(1024, 1024);
        var g = GemmGeometry.Create(shape, shape);
        Tensor a = device.Rent(shape), b = device.Rent(shape), c = device.Rent(shape);
        Tensor scratch = RentScratch(device, device.Kernels.GemmScratch(g));
        device.Kernels.Fill(a, 0.5f);
        device.Kernels.Fill(b, 0.25f);
        double seconds = BestSeconds(device, c, () => device.Kernels.Gemm(c, scratch, a, b, Tensor.None, g, Write.Set));
        Release(a, b, c, scratch);
        return g.Flops / seconds;
    }

    /// <summary>Operations a second of a 3x3 convolution of 64 channels, 16 images of 32 x 32.</summary>
    public static double ConvolutionFlopsPerSecond(Device device)
    {
        var g = Conv2dGeometry.Create(new Shape(16, 32, 32, 64), new Shape(3, 3, 64, 64), 1, 1);
        Tensor x = device.Rent(g.Input), w = device.Rent(g.Weight), y = device.Rent(g.Output);
        Tensor scratch = RentScratch(device, device.Kernels.Conv2dScratch(g, Conv2dPass.Forward));
        device.Kernels.Fill(x, 0.5f);
        device.Kernels.Fill(w, 0.25f);
        double seconds = BestSeconds(device, y, () => device.Kernels.Conv2dForward(y, scratch, x, w, Tensor.None, g));
        Release(x, w, y, scratch);
        return g.Flops / seconds;
    }

    private static SelfTestFinding Compare(string name, double allowed, Func<double> deviation)
    {
        try
        {
            return new SelfTestFinding(name, deviation(), allowed, null);
        }
        catch (DeviceException error)
        {
            return new SelfTestFinding(name, double.PositiveInfinity, allowed, error.Message);
        }
    }

    private static float[] Losses(Device device, int steps)
    {
        NetworkSpec network = NetworkSpec.CifarResNet(8, classes: 10);
        var plan = new NetworkPlan
        {
            Network = network, Partition = Partition.For(network, network.Units.Count), ImageSize = ImageSize,
            Method = LocalMethod.Parse("man") with { Weights = LossWeights.Paper },
        };
        using var trainer = new LocalTrainer(device, plan, seed: 1);
        var images = new Shape(Batch, ImageSize, ImageSize, NetworkSpec.ImageChannels);
        var input = new TrainingInput(device.Rent(images), device.Rent(images), device.Rent(new Shape(Batch)));
        SelfTestCase.Write(device, input.Images, 1, -2, 2);
        SelfTestCase.Write(device, input.Pixels, 2, 0, 1);
        SelfTestCase.WriteLabels(device, input.Labels, 3, network.Classes);
        var losses = new List<float>();
        for (int step = 0; step < steps; step++)
        {
            trainer.Step(input, rate: 0.05f);
            losses.AddRange(trainer.Report().Blocks.Select(block => block.Total));
        }
        Release(input.Images, input.Pixels, input.Labels);
        return [.. losses];
    }

    private static double BestSeconds(Device device, Tensor result, Action call)
    {
        var one = new float[1];
        Tensor first = result.Reshape(new Shape(result.Length)).Slice(0, new Shape(1));
        double best = double.PositiveInfinity;
        for (int i = 0; i < 6; i++)
        {
            device.Kernels.Download(one, first);
            long start = Stopwatch.GetTimestamp();
            call();
            device.Kernels.Download(one, first);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            // The first call compiles the kernel.
            if (i > 0)
                best = Math.Min(best, seconds);
        }
        return best;
    }

    private static Tensor RentScratch(Device device, int length) =>
        length == 0 ? Tensor.None : device.Rent(new Shape(length));

    private static void Release(params ReadOnlySpan<Tensor> tensors)
    {
        foreach (Tensor tensor in tensors)
            if (!tensor.IsNone)
                tensor.Release();
    }
}
