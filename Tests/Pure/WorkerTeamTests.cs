using ManSharp.Tensors.Cpu;
using Xunit;

namespace ManSharp.Tests.Pure;

public sealed class WorkerTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_chunk_runs_once(int threads)
    {
        using var team = new WorkerTeam(threads);
        foreach (int chunks in (int[])[1, 2, 3, 7, 100])
            for (int repeat = 0; repeat < 20; repeat++)
            {
                var counts = new int[chunks];
                team.Run(new CountJob(counts, team.Threads), chunks);
                Assert.All(counts, count => Assert.Equal(1, count));
            }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_failure_reaches_the_caller_and_the_team_goes_on(int threads)
    {
        using var team = new WorkerTeam(threads);
        for (int repeat = 0; repeat < 5; repeat++)
        {
            var error = Assert.Throws<InvalidOperationException>(() => team.Run(new FailJob(7), 20));
            Assert.Contains("chunk 7", error.Message, StringComparison.Ordinal);
            var counts = new int[9];
            team.Run(new CountJob(counts, team.Threads), 9);
            Assert.All(counts, count => Assert.Equal(1, count));
        }
    }

    private readonly struct CountJob(int[] counts, int threads) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            Assert.InRange(worker, 0, threads - 1);
            Interlocked.Increment(ref counts[chunk]);
        }
    }

    private readonly struct FailJob(int failing) : IChunkJob
    {
        public void Run(int chunk, int worker)
        {
            if (chunk == failing)
                throw new InvalidOperationException($"chunk {chunk}");
        }
    }
}
