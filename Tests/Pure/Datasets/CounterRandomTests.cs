using ManSharp.Tensors;
using Xunit;

namespace ManSharp.Tests.Pure.Datasets;

public class CounterRandomTests
{
    [Fact]
    public void The_same_place_gives_the_same_values_and_another_place_others()
    {
        var values = new HashSet<ulong>();
        for (ulong seed = 0; seed < 4; seed++)
        {
            for (ulong stream = 0; stream < 4; stream++)
            {
                for (ulong index = 0; index < 4; index++)
                {
                    var random = new CounterRandom(seed, stream, index);
                    var again = new CounterRandom(seed, stream, index);
                    ulong value = random.NextUInt64();
                    Assert.Equal(value, again.NextUInt64());
                    Assert.True(values.Add(value), $"collision at ({seed}, {stream}, {index})");
                    Assert.True(values.Add(random.NextUInt64()));
                }
            }
        }
    }

    [Fact]
    public void Values_are_uniform()
    {
        var random = new CounterRandom(1, 2, 3);
        var counts = new int[10];
        double sum = 0;
        for (int i = 0; i < 100_000; i++)
        {
            counts[random.NextInt32(10)]++;
            float value = random.NextSingle();
            Assert.InRange(value, 0, 0.99999999f);
            sum += value;
        }

        Assert.All(counts, count => Assert.InRange(count, 9_500, 10_500));
        Assert.InRange(sum, 49_500, 50_500);
    }

    [Fact]
    public void Shuffle_keeps_every_value()
    {
        int[] values = Enumerable.Range(0, 100).ToArray();
        new CounterRandom(5, 0, 0).Shuffle(values);
        Assert.NotEqual(Enumerable.Range(0, 100), values);
        Assert.Equal(Enumerable.Range(0, 100), values.Order());
    }
}
