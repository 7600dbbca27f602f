using ManSharp.Cli.Parsing;
using Xunit;

namespace ManSharp.Tests.Pure.Cli;

public sealed class MemorySizeTests
{
    [Theory]
    [InlineData("1", 1)]
    [InlineData("4294967296", 4294967296)]
    [InlineData("7B", 7)]
    [InlineData("4GiB", 4L << 30)]
    [InlineData("512MiB", 512L << 20)]
    [InlineData("3KiB", 3 << 10)]
    [InlineData("2TiB", 2L << 40)]
    [InlineData("1.5GB", 1_500_000_000)]
    [InlineData("1.5gb", 1_500_000_000)]
    [InlineData("20 MB", 20_000_000)]
    [InlineData(" 8kB ", 8_000)]
    [InlineData("0.5KiB", 512)]
    [InlineData(".25GiB", 1L << 28)]
    [InlineData("1.0009kB", 1_000)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void Amounts_are_read(string text, long bytes)
    {
        Assert.True(MemorySize.TryParse(text, out long read));
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0GiB")]
    [InlineData("0.4B")]
    [InlineData("-1GiB")]
    [InlineData("+1GiB")]
    [InlineData("GiB")]
    [InlineData("lots")]
    [InlineData("4 giga")]
    [InlineData("4G")]
    [InlineData("4GiBB")]
    [InlineData("1,5GB")]
    [InlineData("1e9")]
    [InlineData("NaN")]
    [InlineData("9223372036854775808")]
    [InlineData("8388608TiB")]
    [InlineData("99999999999999999999999999999TB")]
    public void Everything_else_is_refused(string text) => Assert.False(MemorySize.TryParse(text, out _));
}
