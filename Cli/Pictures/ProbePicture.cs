using ManSharp.Cli.Probing;
using OxyPlot;
using OxyPlot.Series;

namespace ManSharp.Cli.Pictures;

/// <summary>A probe's findings as curves over the network's units.</summary>
internal static class ProbePicture
{
    private static readonly OxyColor own = Picture.Colors[0], reference = Picture.Colors[1];

    /// <summary>Test accuracy of the linear classifiers, with that of the network itself as a dashed line.</summary>
    internal static void WriteAccuracies(ProbeResult result, string path)
    {
        PlotModel model = Create(
            result, $"{result.Network}: linear separability of the features",
            "test accuracy of a linear classifier, %");
        model.Series.Add(Curve(result, result.Run.Label, own, finding => 100 * finding.Accuracy));
        model.Series.Add(Level(result, own, 100 * result.Run.TestAccuracy, named: true));
        if (result.Reference is { } compared)
        {
            model.Series.Add(Curve(result, compared.Label, reference, finding => 100 * finding.ReferenceAccuracy));
            model.Series.Add(Level(result, reference, 100 * compared.TestAccuracy, named: false));
        }
        Picture.Write(model, path);
    }

    /// <summary>Linear CKA with the reference.</summary>
    internal static void WriteSimilarities(ProbeResult result, string path)
    {
        PlotModel model = Create(
            result, $"{result.Network}: {result.Run.Label}, against {result.Reference!.Label}",
            "linear CKA of the features");
        (model.Axes[1].Minimum, model.Axes[1].Maximum, model.Axes[1].MajorStep) = (-0.03, 1.03, 0.2);
        model.Series.Add(Curve(result, "same images", own, finding => finding.Cka));
        model.Series.Add(Curve(result, "images shuffled", Picture.Grey, finding => finding.CkaByChance));
        Picture.Write(model, path);
    }

    private static PlotModel Create(ProbeResult result, string title, string yTitle) => Picture.Create(
        title, "units of the network up to the block's end", result.Blocks[0].LastUnit, result.Blocks[^1].LastUnit,
        yTitle);

    private static LineSeries Curve(ProbeResult result, string title, OxyColor color, Func<BlockFinding, double?> read) =>
        Picture.Curve(title, color, result.Blocks.Select(finding => (finding.LastUnit, read(finding))));

    private static LineSeries Level(ProbeResult result, OxyColor color, double level, bool named)
    {
        LineSeries line = Picture.Line(
            "the network itself", color, thickness: 1,
            [(result.Blocks[0].LastUnit, level), (result.Blocks[^1].LastUnit, level)]);
        (line.RenderInLegend, line.LineStyle) = (named, LineStyle.Dash);
        return line;
    }
}
