using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace ManSharp.Layers.Files;

/// <summary>
/// Reads the JSON header of a safetensors file, strictly: every rule of the format is checked here, in one pass over
/// the bytes. Memory and time are linear in the header's length, whatever numbers it contains.
/// </summary>
internal ref struct SafetensorsHeader
{
    private const int Depth = 3; // the header, an entry, its list of numbers
    private const string EntryRule = "an entry must have 'dtype', 'shape' and 'data_offsets', each once";

    private readonly string _path;
    private readonly ReadOnlySpan<byte> _header;
    private readonly long _dataBytes;
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafetensorsEntry> _entries = new(StringComparer.Ordinal);
    private Utf8JsonReader _json;
    private string? _tensor; // whose entry is being read, for messages

    private SafetensorsHeader(string path, ReadOnlySpan<byte> header, long dataBytes)
    {
        _path = path;
        _header = header;
        _dataBytes = dataBytes;
        _json = new Utf8JsonReader(header, new JsonReaderOptions { MaxDepth = Depth });
    }

    /// <summary>Checks the header against itself and against the bytes that follow it.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="header">The header, with its padding.</param>
    /// <param name="dataBytes">The bytes from the end of the header to the end of the file.</param>
    public static (Dictionary<string, string> Metadata, Dictionary<string, SafetensorsEntry> ByName,
        ImmutableArray<SafetensorsEntry> InOrder) Parse(string path, ReadOnlySpan<byte> header, long dataBytes)
    {
        var reader = new SafetensorsHeader(path, header, dataBytes);
        reader.CheckEncoding();
        reader.ReadHeader();
        return (reader._metadata, reader._entries, reader.CheckLayout());
    }

    private readonly void CheckEncoding()
    {
        if (_header.IsEmpty || _header[0] != (byte)'{')
            throw Bad("the header must begin with '{' (byte 0x7B)",
                _header.IsEmpty ? "an empty header" : $"byte 0x{_header[0]:X2} at offset 8");
        try
        {
            SafetensorsFormat.StrictUtf8.GetCharCount(_header);
        }
        catch (DecoderFallbackException e)
        {
            throw Bad("the header must be UTF-8", $"an invalid sequence at offset {8 + e.Index}", e);
        }
    }

    private void ReadHeader()
    {
        Next();
        bool sawMetadata = false;
        while (Next() == JsonTokenType.PropertyName)
        {
            string name = Text();
            bool isMetadata = name == SafetensorsFormat.MetadataKey;
            if ((isMetadata && sawMetadata) || _entries.ContainsKey(name))
                throw Bad("the header must have each key once", $"{SafetensorsFormat.Quote(name)} again at {Here()}");
            sawMetadata |= isMetadata;
            if (isMetadata) ReadMetadata();
            else _entries.Add(name, ReadEntry(name));
            _tensor = null;
        }

        int end = (int)_json.BytesConsumed;
        int stray = _header[end..].IndexOfAnyExcept((byte)' ');
        if (stray >= 0)
            throw Bad("only spaces (0x20) may follow the header's JSON",
                $"byte 0x{_header[end + stray]:X2} at offset {8 + end + stray}");
    }

    private void ReadMetadata()
    {
        Expect(JsonTokenType.StartObject, "'__metadata__' must map text to text");
        while (Next() == JsonTokenType.PropertyName)
        {
            string key = Text();
            long at = _json.TokenStartIndex;
            Expect(JsonTokenType.String, "'__metadata__' must map text to text");
            if (!_metadata.TryAdd(key, Text()))
                throw Bad("'__metadata__' must have each key once",
                    $"{SafetensorsFormat.Quote(key)} again at offset {8 + at}");
        }
    }

    private SafetensorsEntry ReadEntry(string name)
    {
        _tensor = name;
        Expect(JsonTokenType.StartObject, EntryRule);
        string? dtype = null;
        ImmutableArray<long>? shape = null;
        ImmutableArray<long>? offsets = null;
        while (Next() == JsonTokenType.PropertyName)
        {
            string field = Text();
            if (field == "dtype" && dtype is null)
            {
                Expect(JsonTokenType.String, "'dtype' must be text");
                dtype = Text();
                if (SafetensorsFormat.ElementBytes(dtype) == 0)
                    throw Bad("'dtype' must be one of BOOL, U8, I8, F8_E5M2, F8_E4M3, I16, U16, F16, BF16, I32, U32, "
                        + "F32, F64, I64, U64", $"{SafetensorsFormat.Quote(dtype)} at {Here()}");
            }
            else if (field == "shape" && shape is null) shape = ReadNumbers("shape", 0, SafetensorsFormat.MaxRank);
            else if (field == "data_offsets" && offsets is null) offsets = ReadNumbers("data_offsets", 2, 2);
            else throw Bad(EntryRule, $"{SafetensorsFormat.Quote(field)} at {Here()}");
        }

        if (dtype is null || shape is null || offsets is null)
        {
            string[] missing = [dtype is null ? "dtype" : "", shape is null ? "shape" : "",
                offsets is null ? "data_offsets" : ""];
            throw Bad(EntryRule,
                $"no {string.Join(", ", missing.Where(field => field.Length > 0))} before {Here()}");
        }

        return CheckEntry(name, dtype, shape.Value, offsets.Value[0], offsets.Value[1]);
    }

    private readonly SafetensorsEntry CheckEntry(
        string name, string dtype, ImmutableArray<long> shape, long begin, long end)
    {
        if (begin > end || end > _dataBytes)
            throw Bad($"'data_offsets' must be [begin, end] with begin <= end <= {_dataBytes} "
                + "(the bytes after the header)", $"[{begin}, {end}]");
        long count = 1;
        long bytes;
        try
        {
            foreach (long dimension in shape)
                count = checked(count * dimension);
            bytes = checked(count * SafetensorsFormat.ElementBytes(dtype));
        }
        catch (OverflowException e)
        {
            throw Bad("its size in bytes must be below 2^63", $"{dtype} [{string.Join(", ", shape)}]", e);
        }

        if (end - begin != bytes)
            throw Bad($"{dtype} [{string.Join(", ", shape)}] takes {bytes} bytes",
                $"'data_offsets' [{begin}, {end}], {end - begin} bytes");
        return new SafetensorsEntry(name, dtype, shape, count, begin, bytes);
    }

    private ImmutableArray<long> ReadNumbers(string field, int fewest, int most)
    {
        if (Next() != JsonTokenType.StartArray)
            throw Bad($"'{field}' must be a list of numbers", $"{Token()} at {Here()}");
        var numbers = ImmutableArray.CreateBuilder<long>(4);
        while (Next() != JsonTokenType.EndArray)
        {
            // "-0" would pass as the integer 0, so the sign is looked for as well.
            if (_json.TokenType != JsonTokenType.Number || _json.ValueSpan[0] == (byte)'-'
                || !_json.TryGetInt64(out long number))
                throw Bad($"'{field}' must hold whole numbers from 0 to 2^63 - 1",
                    $"{Token()} at {Here()}");
            if (numbers.Count == most)
                throw Bad($"'{field}' must have {(fewest == most ? "" : "at most ")}{most} numbers",
                    $"number {most + 1} at {Here()}");
            numbers.Add(number);
        }

        if (numbers.Count < fewest)
            throw Bad($"'{field}' must have {fewest} numbers", $"{numbers.Count} before {Here()}");
        return numbers.DrainToImmutable();
    }

    private readonly ImmutableArray<SafetensorsEntry> CheckLayout()
    {
        // An empty tensor begins where its successor does and comes first; equal ones keep the header's order.
        ImmutableArray<SafetensorsEntry> inOrder =
            [.. _entries.Values.OrderBy(entry => entry.Offset).ThenBy(entry => entry.ByteLength)];
        long end = 0;
        foreach (SafetensorsEntry entry in inOrder)
        {
            if (entry.Offset != end)
                throw Bad($"the tensors must lie one behind the other, the next one at data offset {end}",
                    $"tensor {SafetensorsFormat.Quote(entry.Name)} at {entry.Offset}, "
                    + (entry.Offset > end ? $"a hole of {entry.Offset - end} bytes"
                        : $"an overlap of {end - entry.Offset} bytes"));
            end += entry.ByteLength;
        }

        if (end != _dataBytes)
            throw Bad($"the tensors must cover all {_dataBytes} bytes after the header", $"they end at {end}");
        return inOrder;
    }

    private JsonTokenType Next()
    {
        try
        {
            // The reader throws at an unfinished text and is never called behind a finished one.
            _json.Read();
            return _json.TokenType;
        }
        catch (JsonException e)
        {
            throw Bad($"the header must be strict JSON, nested no deeper than {Depth} levels",
                $"something else at or soon after offset {8 + _json.BytesConsumed}", e);
        }
    }

    private void Expect(JsonTokenType type, string rule)
    {
        if (Next() != type) throw Bad(rule, $"{Token()} at {Here()}");
    }

    private readonly string Text()
    {
        try
        {
            return _json.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw Bad("text in the header must be valid Unicode", $"half of a surrogate pair in the text at {Here()}",
                e);
        }
    }

    private readonly string Token() => _json.TokenType != JsonTokenType.Number ? _json.TokenType.ToString()
        : _json.ValueSpan.Length > 40 ? $"a number of {_json.ValueSpan.Length} characters"
        : Encoding.ASCII.GetString(_json.ValueSpan);

    private readonly string Here() => $"offset {SafetensorsFormat.PrefixBytes + _json.TokenStartIndex}";

    private readonly CheckpointException Bad(string expected, string found, Exception? inner = null) =>
        new("SafetensorsFile.Open", _path,
            _tensor is null ? expected : $"tensor {SafetensorsFormat.Quote(_tensor)}: {expected}", found,
            "The file is damaged or no safetensors file: fetch or write it again", inner);
}
