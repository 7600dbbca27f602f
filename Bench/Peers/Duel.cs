using System.Diagnostics;
using ManSharp.Tensors;

namespace ManSharp.Peers;

/// <summary>The times of both engines over one row, in milliseconds, ascending, and how far apart their first results are.</summary>
internal sealed record DuelResult(Row Row, double[] Ours, double[] Torch, double Difference);

/// <summary>
/// Runs a row on both engines in turn, A B A B: whatever slows the machine down for a while slows both. Before a turn
/// the other engine's worker threads are given time to stop spinning.
/// </summary>
internal static class Duel
{
    private const int PauseMs = 30;

    internal static DuelResult Run(Row row, int threads, int? turns)
    {
        using Device device = Device.Cpu(threads);
        using IContender ours = row.BuildOurs(device);
        using IContender torch = row.BuildTorch(ours);
        double difference = Check(row, ours, torch);
        int count = turns ?? row.Pace.Turns;
        var oursMs = new List<double>();
        var torchMs = new List<double>();
        for (int turn = 0; turn < count; turn++)
        {
            Take(row.Pace, torch, torchMs);
            Take(row.Pace, ours, oursMs);
        }
        return new DuelResult(row, [.. oursMs.Order()], [.. torchMs.Order()], difference);
    }

    /// <summary>The warm-up: both engines run from the same weights on the same data and must agree. Returns the difference of the first run.</summary>
    /// <exception cref="InvalidOperationException">They do not agree.</exception>
    private static double Check(Row row, IContender ours, IContender torch)
    {
        double first = 0;
        for (int run = 0; run < row.Tolerances.Count; run++)
        {
            ours.Run();
            torch.Run();
            double difference = Difference(ours.Observe(), torch.Observe());
            if (!(difference <= row.Tolerances[run]))
                throw new InvalidOperationException(
                    $"{row.Name}: equal results were expected, within {row.Tolerances[run]:g1} in run {run + 1}. "
                    + $"Got a relative difference of {difference:g3}. The engines do not do the same work: nothing is timed.");
            if (run == 0)
                first = difference;
        }
        return first;
    }

    // The norm of the difference over the norm of libtorch's values.
    private static double Difference(float[] ours, float[] torch)
    {
        if (ours.Length != torch.Length)
            return double.PositiveInfinity;
        double difference = 0, norm = 0;
        for (int i = 0; i < ours.Length; i++)
        {
            difference += Math.Pow((double)ours[i] - torch[i], 2);
            norm += Math.Pow(torch[i], 2);
        }
        return Math.Sqrt(difference / norm);
    }

    private static void Take(Pace pace, IContender contender, List<double> milliseconds)
    {
        Thread.Sleep(PauseMs);
        for (int i = 0; i < pace.Untimed; i++)
            contender.Run();
        for (int i = 0; i < pace.Timed; i++)
        {
            long start = Stopwatch.GetTimestamp();
            contender.Run();
            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }
}
