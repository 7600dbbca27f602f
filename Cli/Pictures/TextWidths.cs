using OxyPlot;

namespace ManSharp.Cli.Pictures;

/// <summary>
/// Sizes of text for laying out a picture whose font is not known: widths of a wide sans-serif font. OxyPlot's own
/// measure is that of Helvetica, and in a wider font texts overlap and are cut. It measures and draws nothing.
/// </summary>
internal sealed class TextWidths : ClippingRenderContext
{
    private const double CharacterWidth = 0.6, LineHeight = 1.25;

    public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
    {
        string[] lines = (text ?? "").Split('\n');
        return new OxySize(
            lines.Max(line => line.Length) * CharacterWidth * fontSize,
            text is null or "" ? 0 : lines.Length * LineHeight * fontSize);
    }

    public override void DrawText(
        ScreenPoint p, string text, OxyColor fill, string fontFamily, double fontSize, double fontWeight, double rotate,
        HorizontalAlignment halign, VerticalAlignment valign, OxySize? maxSize)
    {
    }

    public override void DrawLine(
        IList<ScreenPoint> points, OxyColor stroke, double thickness, EdgeRenderingMode edgeRenderingMode,
        double[] dashArray, LineJoin lineJoin)
    {
    }

    public override void DrawPolygon(
        IList<ScreenPoint> points, OxyColor fill, OxyColor stroke, double thickness,
        EdgeRenderingMode edgeRenderingMode, double[] dashArray, LineJoin lineJoin)
    {
    }

    protected override void SetClip(OxyRect clippingRectangle)
    {
    }

    protected override void ResetClip()
    {
    }
}
