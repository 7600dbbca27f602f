using System.Text;
using ManSharp.Layers.Files;
using Xunit;

namespace ManSharp.Tests.Pure.Files;

/// <summary>What is written comes back; the bytes are those of the format; a failed write leaves nothing behind.
/// </summary>
public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_bytes_of_a_tiny_file_are_those_computed_by_hand()
    {
        var writer = new SafetensorsWriter { Metadata = { ["key"] = "v\"" } };
        writer.Add("w", [1, 2], new float[] { 1, -2 });
        writer.Add("b", [], new[] { 0.5f });
        writer.Write(_folder["tiny"]);

        // 1 + 28 + 1 + 54 + 1 + 52 + 1 = 138 bytes of JSON and 6 spaces are 144.
        const string json = "{\"__metadata__\":{\"key\":\"v\\\"\"},\"w\":{\"dtype\":\"F32\",\"shape\":[1,2],"
            + "\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[8,12]}}";
        byte[] expected =
        [
            144, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(json), 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
            0x00, 0x00, 0x80, 0x3F, 0x00, 0x00, 0x00, 0xC0, 0x00, 0x00, 0x00, 0x3F,
        ];
        Assert.Equal(expected, File.ReadAllBytes(_folder["tiny"]));
    }

    [Fact]
    public void Values_shapes_names_and_metadata_survive_a_round_trip()
    {
        var random = new Random(1);
        float[] large = Values(random, 3 * 7 * 11 * 2003); // more than one piece
        float[] special = [float.NaN, float.NegativeInfinity, -0f, float.Epsilon, float.MaxValue];
        var writer = new SafetensorsWriter { Metadata = { ["zeta"] = "", ["config"] = "{\"a\": \"ä\u0001\"}" } };
        writer.Add("späte \"Schicht\" \ud83d\ude00", [3, 7, 11, 2003], large);
        writer.Add("empty", [4, 0], ReadOnlyMemory<float>.Empty);
        writer.Add("special", [5], span => special.CopyTo(span));
        writer.Add("zeros", [2, 2], _ => { }); // into memory that "special" has used
        writer.Add("scalar", [], new[] { 7f });
        writer.Write(_folder["file"]);

        using SafetensorsFile file = SafetensorsFile.Open(_folder["file"]);
        Assert.Equal(["späte \"Schicht\" \ud83d\ude00", "empty", "special", "zeros", "scalar"],
            file.Entries.Select(entry => entry.Name));
        Assert.Equal(2, file.Metadata.Count);
        Assert.Equal("{\"a\": \"ä\u0001\"}", file.Metadata["config"]);
        Assert.Equal("", file.Metadata["zeta"]);
        Assert.Equal([3, 7, 11, 2003], file.Entries[0].Shape);
        Assert.Equal(large, file.ReadFloats(file.Entries[0].Name));
        Assert.Equal([4, 0], file.Entries[1].Shape);
        Assert.Empty(file.ReadFloats("empty"));
        Assert.Equal(special.Select(BitConverter.SingleToInt32Bits),
            file.ReadFloats("special").Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(new float[4], file.ReadFloats("zeros"));
        Assert.Equal([7f], file.ReadFloats("scalar"));
        Assert.True(file.TryGet("scalar", out SafetensorsEntry? scalar));
        Assert.Empty(scalar.Shape);
        Assert.Equal((1L, 4L, "F32"), (scalar.ElementCount, scalar.ByteLength, scalar.Dtype));
        Assert.Equal(4L * large.Length + 20 + 16, scalar.Offset);
        Assert.False(file.TryGet("Scalar", out _));
    }

    [Fact]
    public void The_same_content_gives_the_same_bytes_and_aligned_values()
    {
        for (int length = 1; length < 20; length++)
        {
            for (int run = 0; run < 2; run++)
            {
                var writer = new SafetensorsWriter();
                string[] keys = run == 0 ? ["a", "b"] : ["b", "a"];
                foreach (string key in keys) writer.Metadata[key] = key;
                writer.Add(new string('n', length), [2], new float[] { 1, 2 });
                writer.Write(_folder[$"run{run}"]);
            }

            byte[] bytes = File.ReadAllBytes(_folder["run0"]);
            Assert.Equal(bytes, File.ReadAllBytes(_folder["run1"]));
            Assert.Equal(0, (bytes.Length - 8) % 8);
        }
    }

    [Fact]
    public void A_writer_without_tensors_makes_a_file_without_tensors()
    {
        new SafetensorsWriter().Write(_folder["none"]);

        Assert.Equal([8, 0, 0, 0, 0, 0, 0, 0, .. "{}      "u8], File.ReadAllBytes(_folder["none"]));
        using SafetensorsFile file = SafetensorsFile.Open(_folder["none"]);
        Assert.Empty(file.Entries);
        Assert.Empty(file.Metadata);
    }

    [Fact]
    public void A_failing_write_leaves_the_old_file_and_nothing_else()
    {
        File.WriteAllText(_folder["file"], "old");
        var writer = new SafetensorsWriter();
        writer.Add("good", [1], new float[1]);
        writer.Add("bad", [1], _ => throw new NotFiniteNumberException());

        Assert.Throws<NotFiniteNumberException>(() => writer.Write(_folder["file"]));
        Assert.Equal(["file"], _folder.Files);
        Assert.Equal("old", File.ReadAllText(_folder["file"]));
    }

    [Fact]
    public void A_write_that_cannot_be_renamed_leaves_nothing()
    {
        Directory.CreateDirectory(_folder["taken"]);

        Exception? error = Record.Exception(() => new SafetensorsWriter().Write(_folder["taken"]));

        Assert.True(error is IOException or UnauthorizedAccessException, $"{error}");
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void A_write_replaces_the_old_file_even_while_it_is_read()
    {
        var writer = new SafetensorsWriter();
        float[] values = [1];
        writer.Add("w", [1], values);
        writer.Write(_folder["file"]);
        using SafetensorsFile before = SafetensorsFile.Open(_folder["file"]);
        values[0] = 2; // values are read when the file is written
        writer.Write(_folder["file"]);
        using SafetensorsFile after = SafetensorsFile.Open(_folder["file"]);

        Assert.Equal(1, before.ReadFloats("w")[0]);
        Assert.Equal(2, after.ReadFloats("w")[0]);
        Assert.Equal(["file"], _folder.Files);
    }

    [Fact]
    public void A_missing_folder_is_an_IOException()
    {
        Assert.Throws<DirectoryNotFoundException>(() => new SafetensorsWriter().Write(_folder["no/file"]));
        Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Open(_folder["file"]));
    }

    [Theory]
    [InlineData("", "'' as tensor 2")]
    [InlineData("__metadata__", "'__metadata__' as tensor 2")]
    [InlineData("w", "'w' as tensor 2")]
    public void The_writer_refuses_a_name(string name, string found)
    {
        var writer = new SafetensorsWriter();
        writer.Add("w", [1], new float[1]);

        Assert.Contains(found, Assert.Throws<ArgumentException>(() => writer.Add(name, [1], new float[1])).Message);
        Assert.Contains(found, Assert.Throws<ArgumentException>(() => writer.Add(name, [1], _ => { })).Message);
    }

    [Theory]
    [InlineData(new[] { 2, 3 }, "[2, 3] must have 6 values. Got: 5 values")]
    [InlineData(new int[0], "[] must have 1 values. Got: 5 values")]
    [InlineData(new[] { 5, -1 }, "Got: [5, -1]")]
    [InlineData(new[] { int.MaxValue, int.MaxValue, 3 }, "Got: [2147483647, 2147483647, 3]")]
    public void The_writer_refuses_a_shape_that_does_not_fit(int[] shape, string found)
    {
        var writer = new SafetensorsWriter();

        Assert.Contains(found, Assert.Throws<ArgumentException>(() => writer.Add("w", shape, new float[5])).Message);

        writer.Add("w", [5], new float[5]); // a refused tensor does not take the name
    }

    [Fact]
    public void The_writer_refuses_what_could_not_be_read_again()
    {
        var writer = new SafetensorsWriter();
        Assert.Contains("at most 64 dimensions. Got: 65",
            Assert.Throws<ArgumentException>(() => writer.Add("w", new int[65], _ => { })).Message);
        Assert.Contains($"at most {Array.MaxLength} values. Got: [65536, 32768], 2147483648 values",
            Assert.Throws<ArgumentException>(() => writer.Add("w", [65536, 32768], _ => { })).Message);

        Assert.Contains("at index 1 of 'a?'",
            Assert.Throws<ArgumentException>(() => writer.Add("a\ud800", [1], _ => { })).Message);

        writer.Metadata["k"] = "\udc00";
        Assert.Contains("at index 0 of '?'",
            Assert.Throws<ArgumentException>(() => writer.Write(_folder["file"])).Message);

        writer.Metadata["k"] = new string('x', 100_000_000);
        string message = Assert.Throws<CheckpointException>(() => writer.Write(_folder["file"])).Message;
        Assert.Contains("at most 100000000 bytes. Got: 100000032 bytes for 0 tensors and 1 metadata keys", message);
        Assert.Empty(_folder.Files);
    }

    private static float[] Values(Random random, int count)
    {
        float[] values = new float[count];
        foreach (ref float value in values.AsSpan()) value = (float)random.NextDouble() - 0.5f;
        return values;
    }
}
