using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ManSharp.Layers.Files;

/// <summary>
/// Writes a safetensors file of float32 tensors: <c>u64 N | N bytes of JSON | data</c>, all little-endian.
/// <para>The values stand in the order in which tensors were added, without gaps; the header names them in the same
/// order, behind the metadata, which is sorted by key. Spaces pad the header to a multiple of 8 bytes, so that values
/// are aligned in a mapped file. The same content gives the same bytes.</para>
/// <para>Values go into the file as they are: turn layouts before, with <see cref="TensorLayout"/>.</para>
/// <para><b>Source</b>: the format's description in the safetensors project, section "Format".</para>
/// </summary>
public sealed class SafetensorsWriter
{
    private readonly List<Pending> _tensors = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Text by key, for the file's <c>__metadata__</c>; left out if empty.</summary>
    public IDictionary<string, string> Metadata { get; } =
        new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Adds a tensor whose values are read when the file is written, not before.</summary>
    /// <param name="name">Not empty, not <c>__metadata__</c>, and not added before.</param>
    /// <param name="shape">The dimensions, outermost first; empty for a scalar.</param>
    /// <param name="values">As many values as the product of the dimensions, row-major.</param>
    /// <exception cref="ArgumentException">A condition above does not hold.</exception>
    public void Add(string name, ReadOnlySpan<int> shape, ReadOnlyMemory<float> values)
    {
        long count = CheckTensor(name, shape);
        if (values.Length != count)
            throw Bad($"tensor {SafetensorsFormat.Quote(name)} [{Text(shape)}] must have {count} values",
                $"{values.Length} values", "Pass the shape that belongs to the values", nameof(values));
        Accept(new Pending(name, shape.ToArray(), values.Length, values, null));
    }

    /// <summary>Adds a tensor whose values are produced when the file is written, one tensor in memory at a time.
    /// </summary>
    /// <param name="name">Not empty, not <c>__metadata__</c>, and not added before.</param>
    /// <param name="shape">The dimensions, outermost first; empty for a scalar.</param>
    /// <param name="fill">Gets as many zeros as the product of the dimensions and overwrites them; called once a
    /// <see cref="Write"/>, in the order of the tensors.</param>
    /// <exception cref="ArgumentException">A condition above does not hold.</exception>
    public void Add(string name, ReadOnlySpan<int> shape, Action<Span<float>> fill)
    {
        ArgumentNullException.ThrowIfNull(fill);
        long count = CheckTensor(name, shape);
        if (count > Array.MaxLength)
            throw Bad($"tensor {SafetensorsFormat.Quote(name)} must have at most {Array.MaxLength} values",
                $"[{Text(shape)}], {count} values", "Split the tensor", nameof(shape));
        Accept(new Pending(name, shape.ToArray(), (int)count, default, fill));
    }

    /// <summary>
    /// Writes the file under a temporary name beside <paramref name="path"/> and renames it when it is complete and
    /// flushed to the disk: a reader sees the old file or the new one, never a part. If anything fails, the temporary
    /// file is deleted and an existing file stays as it was.
    /// </summary>
    /// <exception cref="ArgumentException">Metadata that is not valid Unicode.</exception>
    /// <exception cref="CheckpointException">The header would be longer than the format allows.</exception>
    /// <exception cref="IOException">The folder is missing, the disk full, or the file not writable.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file may not be written.</exception>
    /// <exception cref="PlatformNotSupportedException">The machine is big-endian.</exception>
    public void Write(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        SafetensorsFormat.RequireLittleEndian("SafetensorsWriter.Write");
        byte[] header = Header(path);
        string temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        try
        {
            using (file)
            {
                file.Write(header);
                WriteValues(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private void WriteValues(FileStream file)
    {
        float[] filled = [];
        foreach (Pending tensor in _tensors)
        {
            ReadOnlySpan<float> values = tensor.Values.Span;
            if (tensor.Fill is not null)
            {
                if (filled.Length < tensor.Count) filled = new float[tensor.Count];
                Span<float> target = filled.AsSpan(0, tensor.Count);
                target.Clear();
                tensor.Fill(target);
                values = target;
            }

            // In pieces: a span of bytes is shorter than 2^31, an array's bytes need not be.
            const int chunk = SafetensorsFormat.ChunkBytes / sizeof(float);
            while (!values.IsEmpty)
            {
                ReadOnlySpan<float> piece = values[..Math.Min(chunk, values.Length)];
                file.Write(MemoryMarshal.AsBytes(piece));
                values = values[piece.Length..];
            }
        }
    }

    private byte[] Header(string path)
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Advance(WritePrefix(buffer.GetSpan(SafetensorsFormat.PrefixBytes), 0));

        // Quotation marks as \" rather than \u0022: shorter, and what other writers of the format do.
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
            WriteJson(json);

        int padding = -buffer.WrittenCount & (SafetensorsFormat.PrefixBytes - 1);
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        byte[] header = buffer.WrittenSpan.ToArray();
        int length = header.Length - SafetensorsFormat.PrefixBytes;
        if (length > SafetensorsFormat.MaxHeaderBytes)
            throw new CheckpointException("SafetensorsWriter.Write", path,
                $"the header must have at most {SafetensorsFormat.MaxHeaderBytes} bytes",
                $"{length} bytes for {_tensors.Count} tensors and {Metadata.Count} metadata keys",
                "Shorten the metadata or write several files");
        WritePrefix(header, (ulong)length);
        return header;
    }

    private static int WritePrefix(Span<byte> start, ulong length)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(start, length);
        return SafetensorsFormat.PrefixBytes;
    }

    private void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (Metadata.Count > 0)
        {
            json.WriteStartObject(SafetensorsFormat.MetadataKey);
            foreach ((string key, string text) in Metadata)
            {
                CheckUnicode(key, nameof(Metadata));
                CheckUnicode(text, nameof(Metadata));
                json.WriteString(key, text);
            }

            json.WriteEndObject();
        }

        long offset = 0;
        foreach (Pending tensor in _tensors)
        {
            json.WriteStartObject(tensor.Name);
            json.WriteString("dtype", "F32");
            json.WriteStartArray("shape");
            foreach (int dimension in tensor.Shape) json.WriteNumberValue(dimension);
            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(offset);
            json.WriteNumberValue(offset += (long)tensor.Count * sizeof(float));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private long CheckTensor(string name, ReadOnlySpan<int> shape)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0 || name == SafetensorsFormat.MetadataKey || _names.Contains(name))
            throw Bad("a tensor's name must be new, not empty and not '__metadata__'",
                $"{SafetensorsFormat.Quote(name)} as tensor {_tensors.Count + 1}", "Choose another name", nameof(name));
        CheckUnicode(name, nameof(name));
        if (shape.Length > SafetensorsFormat.MaxRank)
            throw Bad($"tensor {SafetensorsFormat.Quote(name)} must have at most "
                + $"{SafetensorsFormat.MaxRank} dimensions",
                $"{shape.Length}", "Merge dimensions", nameof(shape));
        long count = 1;
        foreach (int dimension in shape)
        {
            if (dimension < 0 || (dimension > 0 && count > long.MaxValue / dimension))
                throw Bad($"tensor {SafetensorsFormat.Quote(name)} must have dimensions from 0 and below 2^63 values",
                    $"[{Text(shape)}]", "Check the shape", nameof(shape));
            count *= dimension;
        }

        return count;
    }

    private static void CheckUnicode(string text, string parameter)
    {
        try
        {
            SafetensorsFormat.StrictUtf8.GetByteCount(text);
        }
        catch (EncoderFallbackException e)
        {
            throw Bad("names and metadata must be valid Unicode",
                $"half of a surrogate pair at index {e.Index} of {SafetensorsFormat.Quote(text)}", "Remove it",
                parameter);
        }
    }

    private void Accept(Pending tensor)
    {
        _names.Add(tensor.Name);
        _tensors.Add(tensor);
    }

    private static string Text(ReadOnlySpan<int> shape) => string.Join(", ", shape.ToArray());

    private static ArgumentException Bad(string expected, string found, string remedy, string parameter) =>
        new($"SafetensorsWriter: {expected}. Got: {found}. {remedy}.", parameter);

    private sealed record Pending(
        string Name, int[] Shape, int Count, ReadOnlyMemory<float> Values, Action<Span<float>>? Fill);
}
