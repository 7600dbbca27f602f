using System.Numerics;
using ManSharp.Tensors;

namespace ManSharp.Datasets;

/// <summary>
/// color(x, y) = base + tint * pattern(x, y), with a pattern in [-1, 1]: plain, a gradient, stripes, or smooth noise.
/// </summary>
internal readonly struct ShapeTexture
{
    private const float LargestTint = 0.08f;
    private const int Lattice = 8; // cells a side of the smooth noise, 4 pixels each

    private readonly Vector3 _color;
    private readonly Vector3 _tint;
    private readonly int _kind;
    private readonly float _alongX;
    private readonly float _alongY;
    private readonly float _phase;
    private readonly ulong _noiseSeed;

    public ShapeTexture(Vector3 color, ref CounterRandom random)
    {
        _color = color;
        _tint = LargestTint * new Vector3(
            random.NextSingle(-1, 1), random.NextSingle(-1, 1), random.NextSingle(-1, 1));
        _kind = random.NextInt32(4);
        (float sin, float cos) = MathF.SinCos(random.NextSingle(0, 2 * MathF.PI));
        float frequency = _kind == 1 ? 2f / ShapesDataset.Side : random.NextSingle(0.5f, 1.4f);
        (_alongX, _alongY) = (frequency * cos, frequency * sin);
        _phase = random.NextSingle(0, 2 * MathF.PI);
        _noiseSeed = random.NextUInt64();
    }

    public Vector3 At(int x, int y)
    {
        float fromCenterX = x - (ShapesDataset.Side / 2f), fromCenterY = y - (ShapesDataset.Side / 2f);
        float wave = (fromCenterX * _alongX) + (fromCenterY * _alongY);
        float pattern = _kind switch
        {
            0 => 0,
            1 => Math.Clamp(wave, -1, 1),
            2 => MathF.Sin(wave + _phase),
            _ => SmoothNoise(x, y),
        };
        return _color + (_tint * pattern);
    }

    private float SmoothNoise(int x, int y)
    {
        const int Cell = ShapesDataset.Side / Lattice;
        float fx = (x % Cell) / (float)Cell, fy = (y % Cell) / (float)Cell;
        int left = x / Cell, top = y / Cell;
        float upper = float.Lerp(Node(left, top), Node(left + 1, top), fx);
        float lower = float.Lerp(Node(left, top + 1), Node(left + 1, top + 1), fx);
        return float.Lerp(upper, lower, fy);
    }

    private float Node(int x, int y) =>
        new CounterRandom(_noiseSeed, 0, (ulong)((y * (Lattice + 1)) + x)).NextSingle(-1, 1);
}
