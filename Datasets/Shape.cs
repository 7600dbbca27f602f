namespace ManSharp.Datasets;

/// <summary>The ten outlines, in the order of their labels.</summary>
internal enum Shape
{
    Disc,
    Ring,
    Square,
    Triangle,
    Cross,
    Star,
    Crescent,
    Heart,
    Arrow,
    Bars,
}

/// <summary>Outlines as point sets inside the unit circle; y points down.</summary>
internal static class ShapeOutline
{
    public static bool Contains(Shape shape, float x, float y)
    {
        float r2 = (x * x) + (y * y);
        if (r2 > 1)
            return false;
        float ax = Math.Abs(x), ay = Math.Abs(y);
        return shape switch
        {
            Shape.Disc => r2 < 0.81f,
            Shape.Ring => r2 > 0.33f,
            Shape.Square => Math.Max(ax, ay) < 0.7f,

            // Corners at the top and at 120 degrees on the unit circle.
            Shape.Triangle => y < 0.5f && (1.7320508f * ax) - y < 1,
            Shape.Cross => Math.Min(ax, ay) < 0.27f && Math.Max(ax, ay) < 0.95f,
            Shape.Star => InStar(x, y),
            Shape.Crescent => ((x - 0.45f) * (x - 0.45f)) + (y * y) > 0.58f,
            Shape.Heart => InHeart(ax, y),
            Shape.Arrow => y < 0.05f ? ax < (y + 1) * 0.72f : ax < 0.22f && y < 0.95f,
            _ => ax < 0.75f && ay < 0.65f && (ay < 0.18f || ay > 0.42f),
        };
    }

    // Five-pointed: fold into one tenth, then one side of the line from the tip to the inner corner.
    private static bool InStar(float x, float y)
    {
        const float Tenth = MathF.PI / 5;
        float angle = MathF.Atan2(x, -y);
        float folded = Math.Abs(angle - (2 * Tenth * MathF.Round(angle / (2 * Tenth))));
        float radius = MathF.Sqrt((x * x) + (y * y));
        (float sin, float cos) = MathF.SinCos(folded);
        float px = radius * cos, py = radius * sin;

        // Tip (1, 0); inner corner at radius 0.45 in direction Tenth.
        const float InnerX = 0.45f * 0.809017f, InnerY = 0.45f * 0.5877853f;
        return ((1 - px) * InnerY) - ((1 - InnerX) * py) > 0;
    }

    // Two circles above, and below them the tangent wedge to the tip.
    private static bool InHeart(float ax, float y)
    {
        const float Radius = 0.48f, CenterX = 0.44f, CenterY = -0.35f;
        bool lobe = ((ax - CenterX) * (ax - CenterX)) + ((y - CenterY) * (y - CenterY)) < Radius * Radius;
        return lobe || (y > CenterY && y < 0.92f && ax < 0.88f * (0.92f - y) / 1.12f);
    }
}
