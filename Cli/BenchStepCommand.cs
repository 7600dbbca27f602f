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

    internal static Command Create()
    {
        var network = new Option<string>("--network") { Description = "resnet20, resnet32, ...", DefaultValueFactory = _ => "resnet32" };
        var method = new Option<string>("--method") { Description = "bp, man, infopro, ...", DefaultValueFactory = _ => "man" };
        var blocks = new Option<int?>("--blocks") { Description = "number of blocks; every unit its own block unless given" };
        var cut = new Option<string>("--cut")
        {
            Description = "published, even, balanced, or units such as 1.2,2.1",
            DefaultValueFactory = _ => Cut.Published,
        };
        var batch = new Option<int>("--batch") { Description = "images a step", DefaultValueFactory = _ => 128 };
        var size = new Option<int>("--size") { Description = "height and width of the images", DefaultValueFactory = _ => 32 };
        var steps = new Option<int>("--steps") { Description = "measured steps", DefaultValueFactory = _ => 10 };
        var device = new DeviceOptions("where to compute");
        var json = new Option<bool>("--json") { Description = "print one line of JSON" };
        var command = new Command("step", "Time whole training steps.") { network, method, blocks, cut, batch, size, steps, json };
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
            return Run(target, plan, result.GetValue(batch), result.GetValue(steps), asJson);
        });
        return command;
    }

    private static int Run(OpenedDevice opened, NetworkPlan plan, int batch, int steps, bool json)
    {
        Device device = opened.Device;
        using var trainer = new LocalTrainer(device, plan, seed: 1);
        using var buffers = new InputBuffers(device, plan, batch, [0.5f, 0.5f, 0.5f], [0.25f, 0.25f, 0.25f]);
        TrainingInput input = LoadBatch(buffers, plan, batch);
        for (int i = 0; i < WarmupSteps; i++)
            trainer.Step(input, 0.01f);
        (long calls, double flops, int growths) = (device.Kernels.Calls, device.Kernels.Flops, device.Memory.Growths);
        (long launches, long waits) = (device.KernelLaunches, device.HostSynchronizations);
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        int collections = GC.CollectionCount(0);
        var milliseconds = new double[steps];
        for (int i = 0; i < steps; i++)
        {
            long start = Stopwatch.GetTimestamp();
            trainer.Step(input, 0.01f);
            if (device.KernelLaunches > 0)
                trainer.Report();
            milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
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
            ["predictedPeakBytes"] = StepCost.Predict(plan, batch, device).PeakBytes,
            ["liveBytes"] = device.Memory.LiveBytes,
            ["reservedBytes"] = device.Memory.ReservedBytes,
            ["poolGrowths"] = device.Memory.Growths - growths,
            ["kernelCalls"] = (device.Kernels.Calls - calls) / steps,
            ["kernelLaunches"] = (device.KernelLaunches - launches) / steps,
            ["hostSynchronizations"] = (device.HostSynchronizations - waits) / steps,
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

    private static TrainingInput LoadBatch(InputBuffers buffers, NetworkPlan plan, int batch)
    {
        var random = new CounterRandom(1, 0, 0);
        float[] pixels = new float[batch * plan.ImageSize * plan.ImageSize * NetworkSpec.ImageChannels], labels = new float[batch];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = random.NextSingle();
        for (int i = 0; i < labels.Length; i++)
            labels[i] = random.NextInt32(plan.Network.Classes);
        return buffers.Load(pixels, labels);
    }
}
