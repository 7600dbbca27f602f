using System.Runtime.ExceptionServices;

namespace ManSharp.Datasets;

/// <summary>A parallel loop that fails as a sequential one does: with the exception of the lowest index.</summary>
internal static class OrderedParallel
{
    public static void For(int count, int threads, Action<int> body)
    {
        object gate = new();
        int failedIndex = int.MaxValue;
        ExceptionDispatchInfo? failure = null;
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            if (i > Volatile.Read(ref failedIndex))
                return;
            try
            {
                body(i);
            }
            catch (Exception e)
            {
                lock (gate)
                {
                    if (i < failedIndex)
                        (failedIndex, failure) = (i, ExceptionDispatchInfo.Capture(e));
                }
            }
        });
        failure?.Throw();
    }
}
