using System.Numerics;
using ManSharp.Tensors;

namespace ManSharp.Datasets;

/// <summary>
/// Paints one image of 'shapes': background, clutter behind the shape, the anti-aliased shape, noise. Colours are
/// vectors (R, G, B) in [0, 1]; lengths are pixels.
/// </summary>
internal static class ShapePainter
{
    private const int Side = ShapesDataset.Side;
    private const int Samples = 4; // a side: 16 a pixel

    // Brightness of shape and background differ by at least this; textures take up to 0.08 of it on either side.
    private const float LeastContrast = 0.32f;
    private const float LeastRadius = 8;
    private const float LargestRadius = 13.5f;
    private const float LargestTurn = 0.7f; // radians, about 40 degrees

    public static void Paint(Shape shape, ref CounterRandom random, Span<byte> rgb)
    {
        Vector3 ground = RandomColor(ref random);
        Vector3 ink = RandomColor(ref random);
        while (Math.Abs(Brightness(ink) - Brightness(ground)) < LeastContrast)
        {
            ground = RandomColor(ref random);
            ink = RandomColor(ref random);
        }

        Span<Vector3> canvas = stackalloc Vector3[Side * Side];
        var groundTexture = new ShapeTexture(ground, ref random);
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
                canvas[(y * Side) + x] = groundTexture.At(x, y);
        }

        for (int pieces = 2 + random.NextInt32(4); pieces > 0; pieces--)
            PaintClutter(canvas, ground, ref random);
        PaintShape(canvas, shape, new ShapeTexture(ink, ref random), ref random);
        WriteWithNoise(canvas, random.NextSingle(0.01f, 0.08f), ref random, rgb);
    }

    private static Vector3 RandomColor(ref CounterRandom random) =>
        new(random.NextSingle(), random.NextSingle(), random.NextSingle());

    private static float Brightness(Vector3 color) => Vector3.Dot(color, new Vector3(0.3f, 0.55f, 0.15f));

    // A short line or a small blob, always much smaller than a shape, and half as strong.
    private static void PaintClutter(Span<Vector3> canvas, Vector3 ground, ref CounterRandom random)
    {
        Vector3 color = Vector3.Lerp(ground, RandomColor(ref random), random.NextSingle(0.35f, 0.75f));
        var center = new Vector2(random.NextSingle(0, Side), random.NextSingle(0, Side));
        bool line = random.NextBoolean();
        float half = line ? random.NextSingle(2, 7) : 0;
        float width = line ? random.NextSingle(0.5f, 0.9f) : random.NextSingle(1, 2.6f);
        (float sin, float cos) = MathF.SinCos(random.NextSingle(0, MathF.PI));
        float reach = half + width + 1;
        for (int y = Math.Max(0, (int)(center.Y - reach)); y < Math.Min(Side, center.Y + reach); y++)
        {
            for (int x = Math.Max(0, (int)(center.X - reach)); x < Math.Min(Side, center.X + reach); x++)
            {
                // The distance to the segment of length 2 * half.
                var offset = new Vector2(x + 0.5f - center.X, y + 0.5f - center.Y);
                float along = (offset.X * cos) + (offset.Y * sin);
                float beside = (offset.Y * cos) - (offset.X * sin);
                float beyond = Math.Max(0, Math.Abs(along) - half);
                float distance = MathF.Sqrt((beyond * beyond) + (beside * beside));
                float cover = Math.Clamp(width + 0.5f - distance, 0, 1);
                ref Vector3 pixel = ref canvas[(y * Side) + x];
                pixel = Vector3.Lerp(pixel, color, cover);
            }
        }
    }

    private static void PaintShape(Span<Vector3> canvas, Shape shape, ShapeTexture texture, ref CounterRandom random)
    {
        float radius = random.NextSingle(LeastRadius, LargestRadius);
        float centerX = random.NextSingle(radius, Side - radius);
        float centerY = random.NextSingle(radius, Side - radius);
        float stretch = random.NextSingle(0.88f, 1);
        float mirror = random.NextBoolean() ? 1 : -1;
        (float sin, float cos) = MathF.SinCos(random.NextSingle(-LargestTurn, LargestTurn));
        int top = Math.Max(0, (int)(centerY - radius)), bottom = Math.Min(Side, (int)(centerY + radius) + 1);
        int first = Math.Max(0, (int)(centerX - radius)), end = Math.Min(Side, (int)(centerX + radius) + 1);
        for (int y = top; y < bottom; y++)
        {
            for (int x = first; x < end; x++)
            {
                int inside = 0;
                for (int sample = 0; sample < Samples * Samples; sample++)
                {
                    float dx = (x + (((sample % Samples) + 0.5f) / Samples) - centerX) / radius;
                    float dy = (y + (((sample / Samples) + 0.5f) / Samples) - centerY) / radius;
                    float u = mirror * ((dx * cos) + (dy * sin)) / stretch;
                    float v = (dy * cos) - (dx * sin);
                    inside += ShapeOutline.Contains(shape, u, v) ? 1 : 0;
                }

                ref Vector3 pixel = ref canvas[(y * Side) + x];
                if (inside > 0)
                    pixel = Vector3.Lerp(pixel, texture.At(x, y), inside / (float)(Samples * Samples));
            }
        }
    }

    // Uniform noise in [-amplitude, amplitude], 21 random bits a channel.
    private static void WriteWithNoise(
        ReadOnlySpan<Vector3> canvas, float amplitude, ref CounterRandom random, Span<byte> rgb)
    {
        const float Unit = 1f / (1 << 20);
        for (int i = 0; i < canvas.Length; i++)
        {
            ulong bits = random.NextUInt64();
            for (int c = 0; c < 3; c++)
            {
                float noise = amplitude * ((((bits >> (21 * c)) & 0x1FFFFF) * Unit) - 1);
                rgb[(3 * i) + c] = (byte)Math.Clamp((255 * (canvas[i][c] + noise)) + 0.5f, 0, 255);
            }
        }
    }
}
