using System.Buffers.Binary;
using System.Text;
using ManSharp.Layers.Files;
using Xunit;

namespace ManSharp.Tests.Pure.Files;

/// <summary>Every rule of the format, broken once: the message has the numbers. And what the rules do allow.</summary>
public sealed class SafetensorsRulesTests : IDisposable
{
    private const string Two = "\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", 0, "at least 10 bytes. Got: a file of 8 bytes")]
    [InlineData("[]", 0, "begin with '{' (byte 0x7B). Got: byte 0x5B at offset 8")]
    [InlineData(" {}", 0, "Got: byte 0x20 at offset 8")]
    [InlineData("{}\n", 0, "only spaces (0x20) may follow the header's JSON. Got: byte 0x0A at offset 10")]
    [InlineData("{}  {}", 0, "Got: byte 0x7B at offset 12")]
    [InlineData("{\"a\"", 0, "strict JSON, nested no deeper than 3 levels. "
        + "Got: something else at or soon after offset 12")]
    [InlineData("{,}", 0, "strict JSON")]
    [InlineData("{/**/}", 0, "strict JSON")]
    [InlineData("{\"a\":{" + Two + ",}}", 8, "strict JSON")]
    [InlineData("{\"a\":{" + Two + "}", 8, "strict JSON")]
    [InlineData("{\"a\":1}", 0, "tensor 'a': an entry must have 'dtype', 'shape' and 'data_offsets', each once. "
        + "Got: 1 at offset 13")]
    [InlineData("{\"a\":{" + Two + "},\"a\":{" + Two + "}}", 8, "each key once. Got: 'a' again at offset 62")]
    [InlineData("{\"a\":{" + Two + "},\"\\u0061\":{" + Two + "}}", 8, "each key once. Got: 'a' again at offset 62")]
    [InlineData("{\"__metadata__\":[]}", 0, "'__metadata__' must map text to text. Got: StartArray at offset 24")]
    [InlineData("{\"__metadata__\":{\"k\":1}}", 0, "'__metadata__' must map text to text. Got: 1 at offset 29")]
    [InlineData("{\"__metadata__\":{\"k\":null}}", 0, "Got: Null at offset 29")]
    [InlineData("{\"__metadata__\":{\"k\":\"\",\"k\":\"\"}}", 0, "each key once. Got: 'k' again at offset 32")]
    [InlineData("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "Got: '__metadata__' again at offset 27")]
    [InlineData("{\"a\\ud800\":{}}", 0, "valid Unicode. Got: half of a surrogate pair in the text at offset 9")]
    public void A_broken_header_is_refused(string json, int dataBytes, string message) =>
        Assert.Contains(message, Refusal(json, dataBytes));

    [Theory]
    [InlineData(Two + ",\"dtype\":\"F32\"", "each once. Got: 'dtype' at offset 61")]
    [InlineData(Two + ",\"shape\":[2]", "each once. Got: 'shape' at offset 61")]
    [InlineData(Two + ",\"data_offsets\":[0,8]", "each once. Got: 'data_offsets' at offset 61")]
    [InlineData(Two + ",\"extra\":0", "each once. Got: 'extra' at offset 61")]
    [InlineData("\"shape\":[2],\"data_offsets\":[0,8]", "Got: no dtype before offset 46")]
    [InlineData("\"dtype\":\"F32\",\"data_offsets\":[0,8]", "Got: no shape before offset 48")]
    [InlineData("\"dtype\":\"F32\"", "Got: no shape, data_offsets before offset 27")]
    [InlineData("\"dtype\":32", "'dtype' must be text. Got: 32 at offset 22")]
    [InlineData("\"dtype\":\"F31\"", "'dtype' must be one of BOOL, U8, I8, F8_E5M2, F8_E4M3, I16, U16, F16, BF16, I32, "
        + "U32, F32, F64, I64, U64. Got: 'F31' at offset 22")]
    [InlineData("\"dtype\":\"f32\"", "Got: 'f32' at offset 22")]
    [InlineData("\"shape\":2", "'shape' must be a list of numbers. Got: 2 at offset 22")]
    [InlineData("\"shape\":[-2]", "'shape' must hold whole numbers from 0 to 2^63 - 1. Got: -2 at offset 23")]
    [InlineData("\"shape\":[-0]", "Got: -0 at offset 23")]
    [InlineData("\"shape\":[2.0]", "Got: 2.0 at offset 23")]
    [InlineData("\"shape\":[2e0]", "Got: 2e0 at offset 23")]
    [InlineData("\"shape\":[\"2\"]", "Got: String at offset 23")]
    [InlineData("\"shape\":[[2]]", "strict JSON, nested no deeper than 3 levels")]
    [InlineData("\"shape\":[9223372036854775808]", "Got: 9223372036854775808 at offset 23")]
    [InlineData("\"data_offsets\":[0]", "'data_offsets' must have 2 numbers. Got: 1 before offset 31")]
    [InlineData("\"data_offsets\":[0,8,8]", "'data_offsets' must have 2 numbers. Got: number 3 at offset 34")]
    [InlineData("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]",
        "[begin, end] with begin <= end <= 8 (the bytes after the header). Got: [8, 0]")]
    [InlineData("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]",
        "begin <= end <= 8 (the bytes after the header). Got: [4, 12]")]
    [InlineData("\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]",
        "F32 [3] takes 12 bytes. Got: 'data_offsets' [0, 8], 8 bytes")]
    [InlineData("\"dtype\":\"F64\",\"shape\":[2,1],\"data_offsets\":[0,8]", "F64 [2, 1] takes 16 bytes")]
    [InlineData("\"dtype\":\"U8\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]",
        "its size in bytes must be below 2^63. Got: U8 [4294967296, 4294967296]")]
    [InlineData("\"dtype\":\"I64\",\"shape\":[2305843009213693952],\"data_offsets\":[0,8]",
        "its size in bytes must be below 2^63. Got: I64 [2305843009213693952]")]
    public void A_broken_entry_is_refused(string fields, string message)
    {
        string refusal = Refusal($"{{\"a\":{{{fields}}}}}", 8);

        Assert.Contains(message, refusal);
        if (!message.StartsWith("strict", StringComparison.Ordinal)) Assert.Contains(": tensor 'a': ", refusal);
    }

    [Theory]
    [InlineData(0, 4, 4, 12, 16, "must cover all 16 bytes after the header. Got: they end at 12")]
    [InlineData(0, 4, 8, 12, 12, "the next one at data offset 4. Got: tensor 'b' at 8, a hole of 4 bytes")]
    [InlineData(4, 8, 8, 12, 12, "the next one at data offset 0. Got: tensor 'a' at 4, a hole of 4 bytes")]
    [InlineData(0, 8, 4, 12, 12, "the next one at data offset 8. Got: tensor 'b' at 4, an overlap of 4 bytes")]
    [InlineData(0, 8, 0, 8, 8, "the next one at data offset 8. Got: tensor 'b' at 0, an overlap of 8 bytes")]
    [InlineData(0, 8, 4, 4, 8, "the next one at data offset 8. Got: tensor 'b' at 4, an overlap of 4 bytes")]
    public void Tensors_that_do_not_tile_the_data_are_refused(
        int beginA, int endA, int beginB, int endB, int dataBytes, string message)
    {
        string header = $"{{\"b\":{Bytes(beginB, endB)},\"a\":{Bytes(beginA, endA)}}}";
        // Equal ranges keep the header's order.
        if (beginA == beginB) header = $"{{\"a\":{Bytes(beginA, endA)},\"b\":{Bytes(beginB, endB)}}}";

        Assert.Contains(message, Refusal(header, dataBytes));
    }

    [Theory]
    [InlineData(3UL, "at most 2 (of 10 bytes in the file). Got: 3 at offset 0")]
    [InlineData(1UL << 63, "at most 2 (of 10 bytes in the file). Got: 9223372036854775808 at offset 0")]
    [InlineData(0UL, "begin with '{' (byte 0x7B). Got: an empty header")]
    [InlineData(1UL, "strict JSON")]
    public void A_wrong_header_length_is_refused(ulong length, string message)
    {
        byte[] file = FileOf("{}"u8, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(file, length);

        Assert.Contains(message, Refusal(file));
    }

    [Fact]
    public void A_header_above_the_limit_is_refused_however_long_the_file_is()
    {
        using (FileStream stream = File.Create(_folder["file"]))
        {
            stream.Write([0x01, 0xE1, 0xF5, 0x05, 0, 0, 0, 0]); // 100,000,001
            stream.SetLength(100_000_100);
        }

        string message = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(_folder["file"])).Message;
        Assert.Contains("at most 100000000 (of 100000100 bytes in the file). Got: 100000001 at offset 0", message);
    }

    [Fact]
    public void Invalid_UTF8_is_refused_with_its_offset()
    {
        byte[] file = FileOf("{\"__metadata__\":{\"k\":\"abcX\"}}"u8, 0);
        file[8 + 25] = 0xFF;

        Assert.Contains("the header must be UTF-8. Got: an invalid sequence at offset 33", Refusal(file));
    }

    [Fact]
    public void A_shape_has_at_most_64_dimensions()
    {
        string ones = string.Join(',', Enumerable.Repeat(1, 64));
        string Json(string shape) => $"{{\"a\":{{\"dtype\":\"U8\",\"shape\":[{shape}],\"data_offsets\":[0,1]}}}}";

        using SafetensorsFile file = Open(FileOf(Encoding.UTF8.GetBytes(Json(ones)), 1));
        Assert.Equal(64, file.Entries[0].Shape.Length);
        Assert.Contains("'shape' must have at most 64 numbers. Got: number 65 at offset",
            Refusal(Json(ones + ",1"), 1));
    }

    [Fact]
    public void The_message_names_the_file_and_a_remedy_and_bounds_what_it_quotes()
    {
        string name = "\\u0007" + new string('x', 5000);
        string message = Refusal($"{{\"{name}\":{{\"dtype\":1}}}}", 0);

        Assert.StartsWith($"SafetensorsFile.Open '{_folder["file"]}': tensor '?xxx", message);
        Assert.Contains("x...' (5001 characters): 'dtype' must be text", message);
        Assert.EndsWith("fetch or write it again.", message);
        Assert.InRange(message.Length - _folder["file"].Length, 100, 300);
    }

    [Fact]
    public void What_the_format_allows_opens()
    {
        // Any order of keys and fields, whitespace inside, padding behind, empty tensors anywhere, an empty name.
        const string json = "{ \"z\" : {\"shape\":[1,0,9223372036854775807], \"data_offsets\":[4,4], "
            + "\"dtype\":\"I64\"},\n"
            + "\"last\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[4,8]},\t\"__metadata__\":{},"
            + "\"\":{\"dtype\":\"BOOL\",\"shape\":[4],\"data_offsets\":[0,4]},"
            + "\"end\":{\"dtype\":\"F8_E4M3\",\"shape\":[0],\"data_offsets\":[8,8]}}   ";
        using SafetensorsFile file = Open(FileOf(Encoding.UTF8.GetBytes(json), 8));

        Assert.Equal(["", "z", "last", "end"], file.Entries.Select(entry => entry.Name));
        Assert.Equal([0, 4, 4, 8], file.Entries.Select(entry => entry.Offset));
        Assert.Empty(file.ReadInts("z"));
    }

    private static string Bytes(int begin, int end) =>
        $"{{\"dtype\":\"I8\",\"shape\":[{end - begin}],\"data_offsets\":[{begin},{end}]}}";

    private static byte[] FileOf(ReadOnlySpan<byte> header, int dataBytes)
    {
        byte[] file = new byte[8 + header.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)header.Length);
        header.CopyTo(file.AsSpan(8));
        return file;
    }

    private SafetensorsFile Open(byte[] bytes)
    {
        File.WriteAllBytes(_folder["file"], bytes);
        return SafetensorsFile.Open(_folder["file"]);
    }

    private string Refusal(string json, int dataBytes) => Refusal(FileOf(Encoding.UTF8.GetBytes(json), dataBytes));

    private string Refusal(byte[] bytes) => Assert.Throws<CheckpointException>(() => Open(bytes)).Message;
}
