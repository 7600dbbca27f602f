using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using ManSharp.Layers.Files;
using Xunit;

namespace ManSharp.Tests.Pure.Files;

/// <summary>Element types become floats and ints exactly as documented, or are refused with their name.</summary>
public sealed class SafetensorsValuesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Halves_become_floats_bit_by_bit()
    {
        byte[] all = new byte[2 * 65536];
        for (int bits = 0; bits < 65536; bits++)
            BinaryPrimitives.WriteUInt16LittleEndian(all.AsSpan(2 * bits), (ushort)bits);

        using SafetensorsFile halves = OneTensor("F16", 65536, all);
        float[] fromHalves = halves.ReadFloats("t");
        Assert.Equal([1f, -2f, 65504f, 5.9604645e-8f, float.NegativeInfinity],
            new[] { 0x3C00, 0xC000, 0x7BFF, 0x0001, 0xFC00 }.Select(bits => fromHalves[bits]));
        Assert.True(float.IsNaN(fromHalves[0x7E00]));
    }

    [Fact]
    public void Bfloats_are_upper_halves_of_floats_in_every_piece()
    {
        const int count = 600_000; // more than one piece
        byte[] data = new byte[2 * count];
        for (int i = 0; i < count; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(2 * i), (ushort)(i * 7));

        using SafetensorsFile file = OneTensor("BF16", count, data);
        float[] values = file.ReadFloats("t");
        for (int i = 0; i < count; i++)
            if (BitConverter.SingleToUInt32Bits(values[i]) != (uint)(ushort)(i * 7) << 16)
                Assert.Fail($"element {i}: {values[i]}");
    }

    [Fact]
    public void Doubles_are_rounded_once()
    {
        double[] stored = [0.1, -1e300, 1e-46, double.NaN, 1 + Math.Pow(2, -24), 16777217];

        using SafetensorsFile file = OneTensor("F64", stored.Length, MemoryMarshal.AsBytes(stored.AsSpan()));
        Assert.Equal([0.1f, float.NegativeInfinity, 0, float.NaN, 1, 16777216], file.ReadFloats("t"));
    }

    [Fact]
    public void Integers_of_both_widths_are_read()
    {
        int[] narrow = [int.MinValue, -1, int.MaxValue];
        long[] wide = [int.MinValue, -1, int.MaxValue];

        using (SafetensorsFile file = OneTensor("I32", 3, MemoryMarshal.AsBytes(narrow.AsSpan())))
            Assert.Equal(narrow, file.ReadInts("t"));
        using (SafetensorsFile file = OneTensor("I64", 3, MemoryMarshal.AsBytes(wide.AsSpan())))
            Assert.Equal(narrow, file.ReadInts("t"));
    }

    [Fact]
    public void An_integer_beyond_the_range_is_named()
    {
        long[] stored = [1, 2, 2147483648, 4];

        using SafetensorsFile file = OneTensor("I64", 4, MemoryMarshal.AsBytes(stored.AsSpan()));
        Assert.Contains("ReadInts", Message(() => file.ReadInts("t")));
        Assert.Contains("values from -2147483648 to 2147483647. Got: 2147483648 at element 2.",
            Message(() => file.ReadInts("t")));
    }

    [Theory]
    [InlineData("I32", 4)]
    [InlineData("U8", 1)]
    [InlineData("F8_E5M2", 1)]
    public void Other_types_are_not_read_as_floats(string dtype, int bytes)
    {
        using SafetensorsFile file = OneTensor(dtype, 3, new byte[3 * bytes]);

        string expected = $"tensor 't' must be of type F32 or F16 or BF16 or F64. Got: {dtype}.";
        Assert.Contains(expected, Message(() => file.ReadFloats("t")));
        Assert.Contains(expected, Message(() => file.ReadFloats("t", new float[3])));
    }

    [Fact]
    public void Floats_are_not_read_as_ints()
    {
        using SafetensorsFile file = OneTensor("F32", 3, new byte[12]);

        Assert.Contains("tensor 't' must be of type I32 or I64. Got: F32.", Message(() => file.ReadInts("t")));
    }

    [Fact]
    public void A_destination_is_filled_exactly_or_not_at_all()
    {
        using SafetensorsFile file = OneTensor("F32", 3, MemoryMarshal.AsBytes<float>(new float[] { 1, 2, 3 }));
        float[] destination = [9, 9, 9, 9, 9];

        file.ReadFloats("t", destination.AsSpan(1, 3));
        Assert.Equal([9, 1, 2, 3, 9], destination);
        Assert.Contains("tensor 't' must have 4 values. Got: 3, shape [3].",
            Message(() => file.ReadFloats("t", destination.AsSpan(0, 4))));
        Assert.Equal([9, 1, 2, 3, 9], destination);
    }

    [Fact]
    public void A_missing_tensor_and_a_closed_file_say_so()
    {
        SafetensorsFile file = OneTensor("F32", 1, new byte[4]);
        Assert.Contains("there must be a tensor 'u'. Got: 1 tensors of other names, the first ones 't'. Check",
            Message(() => file.ReadFloats("u")));

        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.ReadFloats("t"));
        Assert.Throws<ObjectDisposedException>(() => file.ReadInts("t"));
        Assert.Equal("t", file.Entries[0].Name);
    }

    [Fact]
    public void A_file_that_shrinks_while_it_is_open_is_an_error_with_the_offset()
    {
        using SafetensorsFile file = OneTensor("F32", 3, new byte[12]);
        long length = new FileInfo(_folder["file"]).Length;
        try
        {
            using FileStream stream = new(_folder["file"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            stream.SetLength(length - 4);
        }
        catch (IOException)
        {
            return; // this system keeps others from writing, so it cannot happen
        }

        Assert.Contains($"12 bytes must follow offset {length - 12}. Got: 8 bytes.",
            Message(() => file.ReadFloats("t")));
    }

    private static string Message(Action read) => Assert.Throws<CheckpointException>(read).Message;

    private SafetensorsFile OneTensor(string dtype, int count, ReadOnlySpan<byte> data)
    {
        byte[] header = Encoding.ASCII.GetBytes(
            $"{{\"t\":{{\"dtype\":\"{dtype}\",\"shape\":[{count}],\"data_offsets\":[0,{data.Length}]}}}}");
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        File.WriteAllBytes(_folder["file"], [.. length, .. header, .. data]);
        return SafetensorsFile.Open(_folder["file"]);
    }
}
