using System.Text;
using ManSharp.Cli.Training;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace ManSharp.Cli.Pictures;

/// <summary>How all pictures look: curves over whole numbers, the legend below, in SVG.</summary>
internal static class Picture
{
    private const double Width = 720, Height = 440;
    private const double CurveThickness = 2, MarkerSize = 4, MostLabels = 20;

    private static readonly OxyColor grid = OxyColor.FromRgb(0xe0, 0xe0, 0xe0);

    internal static OxyColor Grey { get; } = OxyColor.FromRgb(0x80, 0x80, 0x80);

    /// <summary>Colours that stay apart, also for eyes that see few.</summary>
    internal static IReadOnlyList<OxyColor> Colors { get; } =
    [
        OxyColor.FromRgb(0x1f, 0x5f, 0xa8), OxyColor.FromRgb(0xc8, 0x5a, 0x11), OxyColor.FromRgb(0x1b, 0x8a, 0x5a),
        OxyColor.FromRgb(0x8c, 0x3f, 0x9e), OxyColor.FromRgb(0xb8, 0x1f, 0x3c), OxyColor.FromRgb(0x1a, 0x9d, 0xb5),
        OxyColor.FromRgb(0x7a, 0x6a, 0x10), OxyColor.FromRgb(0x40, 0x40, 0x40),
    ];

    /// <summary>A picture without curves.</summary>
    /// <param name="title">Above it.</param>
    /// <param name="xTitle">What the whole numbers are.</param>
    /// <param name="first">The least of them.</param>
    /// <param name="last">The greatest.</param>
    /// <param name="yTitle">What the curves show, with its unit.</param>
    internal static PlotModel Create(string title, string xTitle, int first, int last, string yTitle)
    {
        var model = new PlotModel
        {
            Title = title, TitleFontSize = 15, TitleFontWeight = FontWeights.Normal, DefaultFont = "sans-serif",
            DefaultFontSize = 13, Background = OxyColors.White, PlotAreaBorderColor = OxyColors.Gray,
            Padding = new OxyThickness(8, 8, 16, 8),
        };
        double step = Math.Max(1, Math.Ceiling((last - first) / MostLabels));
        model.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Bottom, Title = xTitle, Minimum = first - 0.3, Maximum = last + 0.3,
            AxisTitleDistance = 8, MajorStep = step, MinorStep = step, MajorGridlineStyle = LineStyle.None,
            TickStyle = TickStyle.Outside,
        });
        model.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Left, Title = yTitle, AxisTitleDistance = 12, MinorTickSize = 0,
            MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = grid, TickStyle = TickStyle.Outside,
            MaximumPadding = 0.08, MinimumPadding = 0.08, IntervalLength = 36,
        });
        model.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside, LegendPosition = LegendPosition.BottomCenter,
            LegendOrientation = LegendOrientation.Horizontal,
        });
        return model;
    }

    /// <summary>A curve with a mark at each point; a point without a value is a gap.</summary>
    internal static LineSeries Curve(string title, OxyColor color, IEnumerable<(int X, double? Y)> points)
    {
        LineSeries curve = Line(title, color, CurveThickness, points);
        (curve.MarkerType, curve.MarkerSize, curve.MarkerFill) = (MarkerType.Circle, MarkerSize, color);
        return curve;
    }

    /// <summary>A curve without marks.</summary>
    internal static LineSeries Line(
        string title, OxyColor color, double thickness, IEnumerable<(int X, double? Y)> points)
    {
        var line = new LineSeries { Title = title, Color = color, StrokeThickness = thickness };
        line.Points.AddRange(points.Select(point => new DataPoint(point.X, point.Y ?? double.NaN)));
        return line;
    }

    internal static void Write(PlotModel model, string path)
    {
        using var stream = new MemoryStream();
        // Some programs that draw SVG know no dominant-baseline.
        new SvgExporter
        {
            Width = Width, Height = Height, TextMeasurer = new TextWidths(), UseVerticalTextAlignmentWorkaround = true,
        }.Export(model, stream);
        RunFolder.WriteWhole(path, Encoding.UTF8.GetString(stream.ToArray()).TrimStart('\uFEFF'));
    }
}
