using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace ManSharp.Cli.Probing;

/// <summary>The findings as curves over the network's units, in SVG.</summary>
internal static class ProbePicture
{
    private const double Width = 720, Height = 440;
    private const double CurveThickness = 2, MarkerSize = 4;

    private static readonly OxyColor own = OxyColor.FromRgb(0x1f, 0x5f, 0xa8);
    private static readonly OxyColor reference = OxyColor.FromRgb(0xc8, 0x5a, 0x11);
    private static readonly OxyColor chance = OxyColor.FromRgb(0x80, 0x80, 0x80);
    private static readonly OxyColor grid = OxyColor.FromRgb(0xe0, 0xe0, 0xe0);

    /// <summary>Test accuracy of the linear classifiers, with that of the network itself as a dashed line.</summary>
    internal static void WriteAccuracies(ProbeResult result, string path)
    {
        PlotModel model = Model(
            result, $"{result.Network}: linear separability of the features",
            "test accuracy of a linear classifier, %");
        model.Series.Add(Curve(result, result.Run.Label, own, finding => 100 * finding.Accuracy));
        model.Series.Add(Level(result, own, 100 * result.Run.TestAccuracy, named: true));
        if (result.Reference is { } compared)
        {
            model.Series.Add(Curve(result, compared.Label, reference, finding => 100 * finding.ReferenceAccuracy));
            model.Series.Add(Level(result, reference, 100 * compared.TestAccuracy, named: false));
        }
        Write(model, path);
    }

    /// <summary>Linear CKA with the reference.</summary>
    internal static void WriteSimilarities(ProbeResult result, string path)
    {
        PlotModel model = Model(
            result, $"{result.Network}: {result.Run.Label}, against {result.Reference!.Label}",
            "linear CKA of the features");
        (model.Axes[1].Minimum, model.Axes[1].Maximum, model.Axes[1].MajorStep) = (-0.03, 1.03, 0.2);
        model.Series.Add(Curve(result, "same images", own, finding => finding.Cka));
        model.Series.Add(Curve(result, "images shuffled", chance, finding => finding.CkaByChance));
        Write(model, path);
    }

    private static PlotModel Model(ProbeResult result, string title, string yTitle)
    {
        var model = new PlotModel
        {
            Title = title, TitleFontSize = 15, TitleFontWeight = FontWeights.Normal, DefaultFont = "sans-serif",
            DefaultFontSize = 13, Background = OxyColors.White, PlotAreaBorderColor = OxyColors.Gray,
            Padding = new OxyThickness(8, 8, 16, 8),
        };
        int first = result.Blocks[0].LastUnit, last = result.Blocks[^1].LastUnit;
        double step = Math.Max(1, Math.Ceiling((last - first) / 20.0));
        model.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Bottom, Title = "units of the network up to the block's end", Minimum = first - 0.3,
            Maximum = last + 0.3, AxisTitleDistance = 8, MajorStep = step, MinorStep = step,
            MajorGridlineStyle = LineStyle.None, TickStyle = TickStyle.Outside,
        });
        model.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Left, Title = yTitle, AxisTitleDistance = 12, MinorTickSize = 0,
            MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = grid, TickStyle = TickStyle.Outside,
            MaximumPadding = 0.08, MinimumPadding = 0.08,
        });
        model.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside, LegendPosition = LegendPosition.BottomCenter,
            LegendOrientation = LegendOrientation.Horizontal,
        });
        return model;
    }

    private static LineSeries Curve(ProbeResult result, string title, OxyColor color, Func<BlockFinding, double?> read)
    {
        var curve = new LineSeries
        {
            Title = title, Color = color, StrokeThickness = CurveThickness, MarkerType = MarkerType.Circle,
            MarkerSize = MarkerSize, MarkerFill = color,
        };
        curve.Points.AddRange(
            result.Blocks.Select(finding => new DataPoint(finding.LastUnit, read(finding) ?? double.NaN)));
        return curve;
    }

    private static LineSeries Level(ProbeResult result, OxyColor color, double level, bool named)
    {
        var line = new LineSeries
        {
            Title = "the network itself", RenderInLegend = named, Color = color, StrokeThickness = 1,
            LineStyle = LineStyle.Dash,
        };
        line.Points.AddRange(
            [new DataPoint(result.Blocks[0].LastUnit, level), new DataPoint(result.Blocks[^1].LastUnit, level)]);
        return line;
    }

    private static void Write(PlotModel model, string path)
    {
        using var stream = new MemoryStream();
        // Some programs that draw SVG know no dominant-baseline.
        new SvgExporter
        {
            Width = Width, Height = Height, TextMeasurer = new TextWidths(), UseVerticalTextAlignmentWorkaround = true,
        }.Export(model, stream);
        Training.RunFolder.WriteWhole(path, System.Text.Encoding.UTF8.GetString(stream.ToArray()).TrimStart('\uFEFF'));
    }
}
