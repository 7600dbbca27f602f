using System.Buffers.Binary;
using System.Text;
using ManSharp.Layers.Files;
using Xunit;

namespace ManSharp.Tests.Pure.Files;

/// <summary>Files made to do harm: they open or are refused with a <see cref="CheckpointException"/>, at a cost that
/// their length bounds.</summary>
public sealed class SafetensorsHostileTests : IDisposable
{
    private const string Json = "{\"__metadata__\":{\"config\":\"{\\u0022K\\u0022:4}\",\"noise\":\"\u00e4\"},"
        + "\"conv.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
        + "\"target\":{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[24,40]},"
        + "\"half\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[40,42]},"
        + "\"empty\":{\"dtype\":\"F16\",\"shape\":[0,7],\"data_offsets\":[42,42]}}   ";

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", " ", "\n", "\0", "-", "0", "1", "9", "e9", ".5", "null", "true",
        "\\ud800", "\\u0000", "18446744073709551616", "9223372036854775807", "4294967296", "\"dtype\"", "\"shape\"",
        "\"data_offsets\"", "\"__metadata__\"", "\"F64\"", "\"U8\"", "[[[[[[[[", "\"a\":{}", "//", "\ufeff",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_mutated_header_opens_or_is_refused_at_a_bounded_cost(int seed)
    {
        var random = new Random(seed);
        int opened = 0;
        for (int step = 0; step < 2000; step++)
        {
            byte[] file = Mutate(random);
            File.WriteAllBytes(_folder["file"], file);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                if (Opens()) opened++;
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, step {step}, {Convert.ToBase64String(file)}: {e}");
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < 200_000, $"seed {seed}, step {step}: {allocated} bytes allocated");
        }

        // Some mutations change nothing that matters, most of them do.
        Assert.InRange(opened, 20, 1000);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] whole = FileOf(Encoding.UTF8.GetBytes(Json), 42);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_folder["file"], whole[..length]);
            Assert.False(Opens(), $"length {length}");
        }

        File.WriteAllBytes(_folder["file"], whole);
        Assert.True(Opens());
        File.WriteAllBytes(_folder["file"], [.. whole, 0]);
        Assert.False(Opens());
    }

    [Theory]
    [InlineData("{}", 90_000_000UL)] // a length that the file does not have
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[500000000],\"data_offsets\":[0,2000000000]}}", 0UL)]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[500000000,0],\"data_offsets\":[2000000000,2000000000]}}", 0UL)]
    public void Claims_beyond_the_file_cost_no_memory(string json, ulong claimedHeader)
    {
        byte[] file = FileOf(Encoding.UTF8.GetBytes(json), 8);
        if (claimedHeader > 0) BinaryPrimitives.WriteUInt64LittleEndian(file, claimedHeader);
        File.WriteAllBytes(_folder["file"], file);
        Opens();
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.False(Opens());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{\"a\":")]
    [InlineData("{\"a\":{\"shape\":[")]
    [InlineData("{\"a\":{\"shape\":[1,")]
    [InlineData("{\"__metadata__\":{\"a\":\"")]
    public void Repetition_costs_no_more_than_a_multiple_of_the_file(string piece)
    {
        const int repetitions = 200_000;
        var json = new StringBuilder("{\"a\":", piece.Length * repetitions + 5);
        for (int i = 0; i < repetitions; i++) json.Append(piece);
        byte[] file = FileOf(Encoding.UTF8.GetBytes(json.ToString()), 0);
        File.WriteAllBytes(_folder["file"], file);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.False(Opens());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 * file.Length + 50_000);
    }

    [Fact]
    public void Very_many_tensors_cost_a_multiple_of_the_file()
    {
        const int tensors = 100_000;
        var json = new StringBuilder("{\"t\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}");
        for (int i = 0; i < tensors; i++)
            json.Append($",\"{i}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}");
        byte[] file = FileOf(Encoding.UTF8.GetBytes(json.Append('}').ToString()), 1);
        File.WriteAllBytes(_folder["file"], file);
        long before = GC.GetAllocatedBytesForCurrentThread();

        using (SafetensorsFile many = SafetensorsFile.Open(_folder["file"]))
            Assert.Equal(tensors + 1, many.Entries.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, file.Length, 16L * file.Length);
    }

    /// <summary>Opens the file and reads all of it.</summary>
    private bool Opens()
    {
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(_folder["file"]);
            long total = 0;
            foreach (SafetensorsEntry entry in file.Entries)
            {
                Assert.Equal(total, entry.Offset);
                total += entry.ByteLength;
                if (entry.Dtype is "F32" or "F16" or "BF16" or "F64")
                    Assert.Equal(entry.ElementCount, file.ReadFloats(entry.Name).Length);
                else if (entry.Dtype is "I32" or "I64")
                    Assert.Equal(entry.ElementCount, file.ReadInts(entry.Name).Length);
            }

            return true;
        }
        catch (CheckpointException)
        {
            return false;
        }
    }

    private static byte[] Mutate(Random random)
    {
        List<byte> header = [.. Encoding.UTF8.GetBytes(Json)];
        int data = 42;
        long lengthError = 0;
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int at = random.Next(header.Count);
            int count = random.Next(1, Math.Min(20, header.Count - at + 1));
            byte[] piece = Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]);
            switch (random.Next(9))
            {
                case 0: header[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: header[at] = (byte)random.Next(256); break;
                case 2: header.RemoveRange(at, count); break;
                case 3: header.InsertRange(at, header.GetRange(random.Next(header.Count - count), count)); break;
                case 4: header.InsertRange(at, piece); break;
                case 5:
                    header.RemoveRange(at, Math.Min(piece.Length, header.Count - at));
                    header.InsertRange(at, piece);
                    break;
                case 6: header[at] = (byte)('0' + random.Next(10)); break;
                case 7: data = random.Next(60); break;
                default: lengthError = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64); break;
            }

            if (header.Count < 30) break;
        }

        byte[] file = FileOf([.. header], data);
        BinaryPrimitives.WriteInt64LittleEndian(file, unchecked(header.Count + lengthError));
        return file;
    }

    private static byte[] FileOf(byte[] header, int dataBytes)
    {
        byte[] file = new byte[8 + header.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)header.Length);
        header.CopyTo(file.AsSpan(8));
        return file;
    }
}
