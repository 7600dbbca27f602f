using System.Diagnostics;
using System.Text.Json;
using ManSharp.Tensors;
using TorchSharp;

namespace ManSharp.Peers.Memory;

/// <summary>
/// How much a process grows by. Before: the engine's library is loaded and has run once on a tiny tensor. Then model and
/// batch are made and five steps run. growth = the peak of resident memory over all that, less what was resident before.
/// </summary>
/// <param name="Row">The work.</param>
/// <param name="Engine">torch or mansharp.</param>
/// <param name="BeforeBytes">Resident before the model is made.</param>
/// <param name="PeakBytes">The greatest resident size up to the end of the fifth step.</param>
/// <param name="PoolPeakBytes">The greatest number of live bytes in this engine's pool; 0 for libtorch.</param>
internal sealed record MemoryRun(string Row, string Engine, long BeforeBytes, long PeakBytes, long PoolPeakBytes)
{
    internal const int Steps = 5;

    /// <summary>What the process grew by.</summary>
    public long GrowthBytes => PeakBytes - BeforeBytes;

    /// <summary>Measures in this process, which must not have run anything else.</summary>
    internal static MemoryRun Measure(Row row, string engine, int threads)
    {
        using Device? device = engine == "mansharp" ? Device.Cpu(threads) : null;
        if (device is not null)
            device.Kernels.Fill(device.Rent(new Shape(1)), 1);
        else
            torch.ones(1).Dispose();
        ResidentMemory.ResetPeak();
        long before = ResidentMemory.NowBytes;
        using IContender contender = device is not null ? row.BuildOurs(device) : row.BuildTorch(ours: null);
        for (int step = 0; step < Steps; step++)
            contender.Run();
        return new MemoryRun(row.Name, engine, before, ResidentMemory.PeakBytes, device?.Memory.PeakBytes ?? 0);
    }

    /// <summary>Measures in a process of its own.</summary>
    internal static MemoryRun MeasureApart(Row row, string engine, int threads)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        foreach (string argument in (string[])
            [typeof(MemoryRun).Assembly.Location, row.Name, "--memory", engine, "--threads", $"{threads}", "--json"])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<MemoryRun>(output)!
            : throw new InvalidOperationException($"Memory: {engine} failed on {row.Name} with exit code {process.ExitCode}.");
    }
}
