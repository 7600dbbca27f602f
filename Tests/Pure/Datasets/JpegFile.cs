using ManSharp.Tensors;

namespace ManSharp.Tests.Pure.Datasets;

/// <summary>
/// Writes small JPEG files for tests: 8x8 blocks of one colour each, without subsampling, quantized by 1, with Huffman
/// tables of a handful of codes. A block may carry a few further coefficients as food for the decoder.
/// </summary>
internal static class JpegFile
{
    /// <summary>A grey image of side x side blocks, block b of brightness value(b).</summary>
    public static byte[] Grey(int side, Func<int, byte> value) => Write(side, 1, (block, _) => value(block));

    /// <summary>A colour image of side x side random blocks with random details.</summary>
    public static byte[] Random(int side, ulong seed, bool progressive = false)
    {
        var random = new CounterRandom(seed, 0, 0);
        var values = new byte[side * side * 3];
        for (int i = 0; i < values.Length; i++)
            values[i] = (byte)random.NextInt32(256);
        return Write(side, 3, (block, c) => values[(3 * block) + c], progressive, details: !progressive);
    }

    public static byte[] Write(
        int side, int components, Func<int, int, byte> value, bool progressive = false, bool details = false)
    {
        int pixels = side * 8;
        byte[] frame = [8, (byte)(pixels >> 8), (byte)pixels, (byte)(pixels >> 8), (byte)pixels, (byte)components];
        byte[] scan = [(byte)components];
        for (int c = 1; c <= components; c++)
        {
            frame = [.. frame, (byte)c, 0x11, 0];
            scan = [.. scan, (byte)c, 0];
        }

        scan = [.. scan, 0, (byte)(progressive ? 0 : 63), 0];
        return
        [
            0xFF, 0xD8,
            .. Segment(0xDB, [0, .. Enumerable.Repeat((byte)1, 64)]),
            .. Segment((byte)(progressive ? 0xC2 : 0xC0), frame),

            // DC: categories 0 to 11 by codes of four bits. AC: end of block "0", 0/1 "10", 1/1 "110", 16 zeros "1110".
            .. Segment(0xC4, [0x00, 0, 0, 0, 12, .. new byte[12], 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
            .. Segment(0xC4, [0x10, 1, 1, 1, 1, .. new byte[12], 0x00, 0x01, 0x11, 0xF0]),
            .. Segment(0xDA, scan),
            .. Encode(side * side, components, value, progressive, details),
            0xFF, 0xD9,
        ];
    }

    public static byte[] Segment(byte marker, byte[] body) =>
        [0xFF, marker, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2), .. body];

    private static List<byte> Encode(
        int blocks, int components, Func<int, int, byte> value, bool progressive, bool details)
    {
        var bits = new BitWriter();
        var previous = new int[components];
        for (int block = 0; block < blocks; block++)
        {
            for (int c = 0; c < components; c++)
            {
                int level = 8 * (value(block, c) - 128);
                int difference = level - previous[c];
                previous[c] = level;
                int category = 0;
                while (Math.Abs(difference) >> category != 0)
                    category++;
                bits.Write(category, 4);
                bits.Write(difference < 0 ? difference + (1 << category) - 1 : difference, category);
                if (details)
                {
                    bits.Write(0b101, 3); // the first coefficient is 1
                    bits.Write(0b1101, 4); // the third is 1
                }

                if (!progressive)
                    bits.Write(0, 1);
            }
        }

        return bits.Finish();
    }

    private sealed class BitWriter
    {
        private readonly List<byte> _bytes = [];
        private int _pending;
        private int _count;

        public void Write(int value, int count)
        {
            for (int bit = count - 1; bit >= 0; bit--)
            {
                _pending = (_pending << 1) | ((value >> bit) & 1);
                if (++_count == 8)
                    Flush();
            }
        }

        public List<byte> Finish()
        {
            while (_count != 0)
                Write(1, 1);
            return _bytes;
        }

        private void Flush()
        {
            _bytes.Add((byte)_pending);
            if ((byte)_pending == 0xFF)
                _bytes.Add(0);
            (_pending, _count) = (0, 0);
        }
    }
}
