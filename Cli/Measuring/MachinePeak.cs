using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ManSharp.Cli.Measuring;

/// <summary>What this machine's processor does at most with a number of threads, measured.</summary>
/// <param name="Gflops">10^9 operations a second of fused multiply-adds whose operands stay in registers.</param>
/// <param name="GigabytesPerSecond">10^9 bytes a second of a[i] = b[i] + s c[i] over arrays far larger than the caches, 12 bytes a value.</param>
internal sealed record MachinePeak(double Gflops, double GigabytesPerSecond)
{
    private const int Repeats = 5;
    private const int Rounds = 2_000_000;
    private const int Accumulators = 12;
    private const int Values = 16 << 20;

    /// <summary>Takes about a second.</summary>
    internal static MachinePeak Measure(int threads)
    {
        var sinks = new float[threads * 64];
        double arithmetic = BestSeconds(threads, thread =>
            sinks[thread * 64] = Vector512.IsHardwareAccelerated ? Multiply512(Rounds) : Multiply256(Rounds));
        int lanes = Vector512.IsHardwareAccelerated ? Vector512<float>.Count : Vector256<float>.Count;
        float[] a = new float[Values], b = new float[Values], c = new float[Values];
        double traffic = BestSeconds(threads, thread => Triad(a, b, c, thread, threads));
        return new MachinePeak(
            2.0 * Accumulators * lanes * Rounds * threads / arithmetic / 1e9, 12.0 * Values / traffic / 1e9);
    }

    // From the first thread's beginning to the last one's end; each reads the clock itself, for the thread that waits may
    // be the last to run.
    private static double BestSeconds(int threads, Action<int> work)
    {
        double best = double.PositiveInfinity;
        long[] begins = new long[threads], ends = new long[threads];
        for (int repeat = 0; repeat < Repeats; repeat++)
        {
            using var start = new Barrier(threads);
            Thread[] team = [.. Enumerable.Range(0, threads).Select(thread => new Thread(() =>
            {
                start.SignalAndWait();
                begins[thread] = Stopwatch.GetTimestamp();
                work(thread);
                ends[thread] = Stopwatch.GetTimestamp();
            }))];
            foreach (Thread thread in team)
                thread.Start();
            foreach (Thread thread in team)
                thread.Join();
            best = Math.Min(best, Stopwatch.GetElapsedTime(begins.Min(), ends.Max()).TotalSeconds);
        }
        return best;
    }

    // Twelve chains hide the latency of two units with four to five cycles each.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float Multiply256(int rounds)
    {
        Vector256<float> x = Vector256.Create(0.999f), y = Vector256.Create(1e-3f);
        Vector256<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int round = 0; round < rounds; round++)
        {
            a = Vector256.MultiplyAddEstimate(a, x, y);
            b = Vector256.MultiplyAddEstimate(b, x, y);
            c = Vector256.MultiplyAddEstimate(c, x, y);
            d = Vector256.MultiplyAddEstimate(d, x, y);
            e = Vector256.MultiplyAddEstimate(e, x, y);
            f = Vector256.MultiplyAddEstimate(f, x, y);
            g = Vector256.MultiplyAddEstimate(g, x, y);
            h = Vector256.MultiplyAddEstimate(h, x, y);
            i = Vector256.MultiplyAddEstimate(i, x, y);
            j = Vector256.MultiplyAddEstimate(j, x, y);
            k = Vector256.MultiplyAddEstimate(k, x, y);
            l = Vector256.MultiplyAddEstimate(l, x, y);
        }
        return Vector256.Sum(a + b + c + d + (e + f + g + h) + (i + j + k + l));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float Multiply512(int rounds)
    {
        Vector512<float> x = Vector512.Create(0.999f), y = Vector512.Create(1e-3f);
        Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int round = 0; round < rounds; round++)
        {
            a = Vector512.MultiplyAddEstimate(a, x, y);
            b = Vector512.MultiplyAddEstimate(b, x, y);
            c = Vector512.MultiplyAddEstimate(c, x, y);
            d = Vector512.MultiplyAddEstimate(d, x, y);
            e = Vector512.MultiplyAddEstimate(e, x, y);
            f = Vector512.MultiplyAddEstimate(f, x, y);
            g = Vector512.MultiplyAddEstimate(g, x, y);
            h = Vector512.MultiplyAddEstimate(h, x, y);
            i = Vector512.MultiplyAddEstimate(i, x, y);
            j = Vector512.MultiplyAddEstimate(j, x, y);
            k = Vector512.MultiplyAddEstimate(k, x, y);
            l = Vector512.MultiplyAddEstimate(l, x, y);
        }
        return Vector512.Sum(a + b + c + d + (e + f + g + h) + (i + j + k + l));
    }

    private static void Triad(float[] a, float[] b, float[] c, int part, int parts)
    {
        int width = Vector256<float>.Count;
        int from = (int)((long)Values * part / parts) / width * width;
        int to = (int)((long)Values * (part + 1) / parts) / width * width;
        Vector256<float> factor = Vector256.Create(3f);
        ref float target = ref a[0], left = ref b[0], right = ref c[0];
        for (int i = from; i < to; i += width)
            (Vector256.LoadUnsafe(ref left, (nuint)i) + factor * Vector256.LoadUnsafe(ref right, (nuint)i))
                .StoreUnsafe(ref target, (nuint)i);
    }
}
