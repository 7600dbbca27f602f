using ManSharp.Layers.Training;
using Xunit;

namespace ManSharp.Tests.Pure.Layers;

public sealed class CosineScheduleTests
{
    [Fact]
    public void The_reference_warms_up_for_ten_epochs_and_decays_to_zero()
    {
        var schedule = new CosineSchedule(0.8f, epochs: 400, stepsPerEpoch: 5);
        Assert.Equal(0.8f / 50, schedule.RateAt(0), 1e-7f);
        Assert.Equal(0.4f, schedule.RateAt(24), 1e-6f);
        Assert.Equal(0.8f, schedule.RateAt(49), 1e-6f);
        Assert.Equal(0.8f, schedule.RateAt(50), 1e-6f);
        Assert.Equal(0.4f, schedule.RateAt(50 + 1950 / 2), 1e-6f);
        Assert.Equal(0.8 / 2 * (1 + Math.Cos(Math.PI * 0.25)), schedule.RateAt(50 + 1950 / 4), 1e-3);
        Assert.InRange(schedule.RateAt(1999), 1e-9f, 1e-5f);
        Assert.Equal(0, schedule.RateAt(2000), 1e-9f);
        Assert.Equal(0, schedule.RateAt(5000), 1e-9f);
    }

    [Fact]
    public void The_rate_rises_to_its_greatest_and_then_falls()
    {
        var schedule = new CosineSchedule(0.3f, epochs: 12, stepsPerEpoch: 7, warmupEpochs: 1);
        float[] rates = [.. Enumerable.Range(0, 84).Select(step => schedule.RateAt(step))];
        Assert.Equal(rates[..7].Order(), rates[..7]);
        Assert.Equal(rates[7..].OrderDescending(), rates[7..]);
        Assert.Equal(0.3f, rates.Max(), 1e-6f);
        Assert.Equal(0.3f / 7, rates[0], 1e-6f);
    }

    [Theory]
    [InlineData(1, 5, 0)]
    [InlineData(3, 10, 3)]
    [InlineData(200, 2, 20)]
    public void Warm_up_takes_at_most_a_tenth_of_the_run(int epochs, int stepsPerEpoch, int warmup)
    {
        var schedule = new CosineSchedule(1, epochs, stepsPerEpoch);
        Assert.Equal(warmup == 0 ? 1 : 1f / warmup, schedule.RateAt(0), 1e-6f);
        Assert.Equal(1, schedule.RateAt(warmup), 1e-6f);
        Assert.True(schedule.RateAt(warmup + 1) < 1);
    }

    [Fact]
    public void No_epochs_and_no_steps_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineSchedule(1, 0, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineSchedule(1, 5, 0));
    }
}
