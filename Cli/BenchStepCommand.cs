using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ManSharp.Cli.Parsing;
using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Planning;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;

namespace ManSharp.Cli;

/// <summary>bench step: times whole training steps on made-up images.</summary>
internal static class BenchStepCommand
{
    private const int WarmupSteps = 3;
    private const int Many = int.MaxValue;

    internal static Command Create()
    {
        Option<string> network = Options.Word("--network", "NAME", "resnet32", "resnet20, resnet32, ...");
        Option<string> method = Options.Word("--method", "NAME", "man", "bp, man, infopro, ...");
        Option<int?> blocks = Options.OptionalWhole(
            "--blocks", "K", 1, Many, "blocks [default: every unit its own block]");
        Option<string> cut = Options.Word("--cut", "RULE", Cut.Published,
            "published, even, balanced, or the last unit of each block, such as 1.2,2.1");
        Option<int> batch = Options.Whole("--batch", "B", 128, 2, Many, "images of a step");
        Option<int> size = Options.Whole("--size", "S", 32, 4, 4096, "height and width of the images");
        Option<int> steps = Options.Whole("--steps", "N", 10, 1, 1_000_000, "measured steps");
        var device = new DeviceOptions("where to compute");
        var json = new Option<bool>("--json") { Description = "print one line of JSON" };
        var command = new Command("step", "Time whole training steps.")
        {
            network, method, blocks, cut, batch, size, steps, json,
        };
        device.AddTo(command);
        command.SetAction(result =>
        {
            NetworkSpec spec = NetworkSpec.Parse(result.GetValue(network)!, classes: 10);
            // With decoders, as published: what the trainer defaults to is cheaper.
            LocalMethod local = LocalMethod.Parse(result.GetValue(method)!) with { Weights = LossWeights.Paper };
            var plan = new NetworkPlan
            {
                Network = spec,
                Partition = Partition.For(spec, 1),
                Method = local,
                ImageSize = result.GetValue(size),
            };
            plan = new Cut(result.GetValue(blocks), result.GetValue(cut)!).Apply(plan, result.GetValue(batch));
            bool asJson = result.GetValue(json);
            using OpenedDevice target = Devices.Open(device.Read(result), asJson ? TextWriter.Null : Console.Out);
            return MemoryAdvice.Around(
                plan, result.GetValue(batch), target.Device,
                () => Run(target, plan, result.GetValue(batch), result.GetValue(steps), asJson));
        });
        return command;
    }

    private static int Run(OpenedDevice opened, NetworkPlan plan, int batch, int steps, bool json)
    {
        Device device = opened.Device;
        StepCost cost = StepCost.Predict(plan, batch, device);
        device.Memory.Reserve(cost.Layout);
        using var trainer = new LocalTrainer(device, plan, seed: 1);
        using var buffers = new InputBuffers(device, plan, batch, [0.5f, 0.5f, 0.5f], [0.25f, 0.25f, 0.25f]);
        (float[] pixels, float[] labels) = MakeBatch(plan, batch);
        TrainingInput input = buffers.Load(pixels, labels);
        for (int i = 0; i < WarmupSteps; i++)
            trainer.Step(input, 0.01f);
        trainer.Report();
        (long calls, double flops, int growths) = (device.Kernels.Calls, device.Kernels.Flops, device.Memory.Growths);
        Driven before = Driven.Of(device);
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        int collections = GC.CollectionCount(0);
        (double[] milliseconds, Driven after) = device.HasDriver
            ? TimeAhead(device, trainer, () => buffers.Load(pixels, labels), steps)
            : (Time(trainer, input, steps), before);
        collections = GC.CollectionCount(0) - collections;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        Array.Sort(milliseconds);
        double median = milliseconds[steps / 2];
        var result = new Dictionary<string, object?>
        {
            ["device"] = device.Name,
            ["precision"] = Words.Precision(device),
            ["selfTest"] = opened.SelfTest,
            ["network"] = plan.Network.Name,
            ["method"] = plan.Method.Name,
            ["blocks"] = plan.Partition.Blocks,
            ["batch"] = batch,
            ["size"] = plan.ImageSize,
            ["steps"] = steps,
            ["medianMs"] = Math.Round(median, 3),
            ["minMs"] = Math.Round(milliseconds[0], 3),
            ["gflops"] = Math.Round((device.Kernels.Flops - flops) / steps / median / 1e6, 1),
            ["peakBytes"] = device.Memory.PeakBytes,
            ["predictedPeakBytes"] = cost.PeakBytes,
            ["liveBytes"] = device.Memory.LiveBytes,
            ["heldBytes"] = device.Memory.ReservedBytes,
            ["predictedHeldBytes"] = cost.HeldBytes,
            ["poolGrowths"] = device.Memory.Growths - growths,
            ["kernelCalls"] = (device.Kernels.Calls - calls) / steps,
            ["kernelLaunches"] = (after.Launches - before.Launches) / steps,
            ["hostSynchronizations"] = (double)(after.Synchronizations - before.Synchronizations) / steps,
            ["hostWaits"] = (double)(after.Waits - before.Waits) / steps,
            ["allocatedBytes"] = allocated / steps,
            ["collections"] = collections,
        };
        if (json)
            Console.Out.WriteLine(JsonSerializer.Serialize(result));
        else
            foreach ((string name, object? value) in result)
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-20} {value}"));
        return 0;
    }

    private static double[] Time(LocalTrainer trainer, TrainingInput input, int steps)
    {
        var milliseconds = new double[steps];
        for (int i = 0; i < steps; i++)
        {
            long start = Stopwatch.GetTimestamp();
            trainer.Step(input, 0.01f);
            milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        return milliseconds;
    }

    /// <summary>
    /// On a GPU, as training does it: a step is put into the stream with its batch and the way back of its losses, and
    /// only then the losses of the step before are waited for. A step lasts from one such arrival to the next.
    /// </summary>
    private static (double[] Milliseconds, Driven After) TimeAhead(
        Device device, LocalTrainer trainer, Func<TrainingInput> load, int steps)
    {
        Driven after = default;
        var milliseconds = new double[steps];
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i <= steps; i++)
        {
            if (i < steps)
            {
                trainer.Step(load(), 0.01f);
                trainer.BeginReport();
            }
            if (i == 0)
                continue;
            // What empties the queue, the wait for the last losses, belongs to no step.
            if (i == steps)
                after = Driven.Of(device);
            trainer.TakeReport(wait: true);
            long now = Stopwatch.GetTimestamp();
            milliseconds[i - 1] = Stopwatch.GetElapsedTime(start, now).TotalMilliseconds;
            start = now;
        }
        return (milliseconds, after);
    }

    /// <summary>What a device with a driver counted since it was made.</summary>
    private readonly record struct Driven(long Launches, long Synchronizations, long Waits)
    {
        internal static Driven Of(Device device) =>
            new(device.KernelLaunches, device.HostSynchronizations, device.HostWaits);
    }

    private static (float[] Pixels, float[] Labels) MakeBatch(NetworkPlan plan, int batch)
    {
        var random = new CounterRandom(1, 0, 0);
        float[] pixels = new float[batch * plan.ImageSize * plan.ImageSize * NetworkSpec.ImageChannels], labels = new float[batch];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = random.NextSingle();
        for (int i = 0; i < labels.Length; i++)
            labels[i] = random.NextInt32(plan.Network.Classes);
        return (pixels, labels);
    }
}
