using System.Buffers.Binary;

namespace ManSharp.Datasets;

/// <summary>
/// Walks the markers of a JPEG file before a decoder sees it: segment lengths, frame header, tables, scan headers, the
/// number of scans, and that the file reaches its end marker. Orientation in EXIF data is not applied.
/// </summary>
/// <remarks>Source: ITU-T T.81, annex B.</remarks>
internal ref struct JpegGuard
{
    // Encoders write about ten; every scan visits all blocks again, so thousands of tiny scans would take minutes.
    private const int MostScans = 64;
    private const string Damaged = "The file is damaged or no JPEG: replace or remove it";
    private const string CutOff = "The file is cut off: replace or remove it";
    private const string Convert = "Convert the image to an RGB or grey JPEG or PNG";

    private readonly ReadOnlySpan<byte> _file;
    private readonly string _name;
    private int _position;
    private int _scans;
    private JpegFrame _frame;

    private JpegGuard(ReadOnlySpan<byte> file, string name)
    {
        _file = file;
        _name = name;
    }

    public static bool HasSignature(ReadOnlySpan<byte> file) => file.Length >= 2 && file[0] == 0xFF && file[1] == 0xD8;

    public static ImageSize Check(ReadOnlySpan<byte> file, string name) => new JpegGuard(file, name).Walk();

    private ImageSize Walk()
    {
        _position = 2;
        while (true)
        {
            byte marker = NextMarker();
            if (marker == 0xD9)
                break;
            if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
                throw Fault("a segment", $"marker FF{marker:X2}", Damaged);

            ReadOnlySpan<byte> segment = ReadSegment(marker);
            switch (marker)
            {
                case 0xC0 or 0xC1 or 0xC2:
                    ReadFrame(segment, progressive: marker == 0xC2);
                    break;
                case 0xC4:
                    CheckHuffmanTables(segment);
                    break;
                case 0xDB:
                    CheckQuantizationTables(segment);
                    break;
                case 0xDA:
                    CheckScan(segment);
                    SkipEntropyCodedData();
                    break;
                case >= 0xC3 and <= 0xCF when marker is not 0xC8 and not 0xCC:
                    throw Fault("a baseline or progressive JPEG", $"frame type FF{marker:X2}", Convert);
                case 0xCC:
                    throw Fault("Huffman coding", "arithmetic coding", Convert);
            }
        }

        if (_scans == 0)
            throw Fault("pixels (a scan)", "none", Damaged);
        return _frame.Size;
    }

    private byte NextMarker()
    {
        if (_position < _file.Length && _file[_position] != 0xFF)
            throw Fault("a marker (FF)", $"{_file[_position]:X2}", Damaged);
        while (_position < _file.Length && _file[_position] == 0xFF)
            _position++;
        return _position < _file.Length
            ? _file[_position++]
            : throw Fault("the end marker (FFD9)", "the end of the file", CutOff);
    }

    private ReadOnlySpan<byte> ReadSegment(byte marker)
    {
        int left = _file.Length - _position;
        int length = left < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(_file[_position..]);
        if (length < 2 || length > left)
        {
            throw Fault(
                $"a segment FF{marker:X2} of at least 2 bytes", $"length {length} with {left} bytes left",
                length > left || left < 2 ? CutOff : Damaged);
        }

        ReadOnlySpan<byte> segment = _file.Slice(_position + 2, length - 2);
        _position += length;
        return segment;
    }

    private void ReadFrame(ReadOnlySpan<byte> segment, bool progressive)
    {
        if (_frame.Size.Width != 0)
            throw Fault("one frame", "a second frame header", Damaged);
        if (!JpegFrame.TryParse(segment, progressive, out _frame))
            throw Fault("a valid frame header", $"{segment.Length} bytes that are none", Damaged);
        if (_frame.ComponentCount == 4)
            throw Fault("an RGB or grey image", "four components (CMYK)", Convert);
        if (_frame.Precision != 8)
            throw Fault("8 bits a sample", $"{_frame.Precision}", Convert);
        ImageBudget.Demand(_frame.DecodingBytes, _file.Length, _frame.Size, _name);
    }

    private readonly void CheckHuffmanTables(ReadOnlySpan<byte> segment)
    {
        while (segment.Length > 0)
        {
            int values = 0;
            bool sound = segment.Length >= 17 && (segment[0] & 0xF) <= 3 && segment[0] >> 4 <= 1;

            // Codes of n bits: those that are free after the shorter ones; more would not form a prefix code.
            for (int bits = 1, free = 2; sound && bits <= 16; bits++, free *= 2)
            {
                values += segment[bits];
                free -= segment[bits];
                sound = free >= 0;
            }

            if (!sound || values > 256 || segment.Length < 17 + values)
                throw Fault("a Huffman table", "bytes that are none", Damaged);
            segment = segment[(17 + values)..];
        }
    }

    private readonly void CheckQuantizationTables(ReadOnlySpan<byte> segment)
    {
        while (segment.Length > 0)
        {
            int length = 1 + (segment[0] >> 4 == 0 ? 64 : 128);
            if (segment[0] >> 4 > 1 || (segment[0] & 0xF) > 3 || segment.Length < length)
                throw Fault("a quantization table", "bytes that are none", Damaged);
            segment = segment[length..];
        }
    }

    private void CheckScan(ReadOnlySpan<byte> segment)
    {
        int components = segment.IsEmpty ? 0 : segment[0];
        if (_frame.Size.Width == 0 || components is < 1 or > 4 || segment.Length != 4 + (2 * components) ||
            components > _frame.ComponentCount)
        {
            throw Fault("a scan header after the frame header", "bytes that are none", Damaged);
        }

        if (++_scans > MostScans)
        {
            throw Fault(
                $"at most {MostScans} scans", "more", "The file would take very long to decode: remove or convert it");
        }
    }

    private void SkipEntropyCodedData()
    {
        while (true)
        {
            int next = _file[_position..].IndexOf((byte)0xFF);
            _position = next < 0 ? _file.Length : _position + next;
            if (_position + 1 >= _file.Length)
                throw Fault("the end marker (FFD9) after the pixels", "the end of the file", CutOff);
            byte code = _file[_position + 1];
            if (code is not (0x00 or 0xFF or (>= 0xD0 and <= 0xD7)))
                return;
            _position += code == 0xFF ? 1 : 2;
        }
    }

    private readonly DatasetException Fault(string expected, string found, string remedy) =>
        new(_name, expected, found, remedy, _position);
}
