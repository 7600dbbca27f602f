using ManSharp.Cli.Sweeps;
using Xunit;

namespace ManSharp.Tests.Pure.Cli;

public sealed class SpreadTests
{
    [Fact]
    public void The_deviation_is_the_sample_s()
    {
        // Mean 5, squares 9 + 1 + 1 + 9 = 20 over n - 1 = 3.
        Spread spread = Spread.Of([2, 4, 6, 8])!;
        Assert.Equal(5, spread.Mean);
        Assert.Equal(Math.Sqrt(20.0 / 3), spread.StandardDeviation!.Value, 12);
    }

    [Fact]
    public void One_value_has_none_and_no_value_is_nothing()
    {
        Assert.Equal(new Spread(3, null), Spread.Of([3]));
        Assert.Null(Spread.Of([]));
    }
}
