using OxyPlot;
using OxyPlot.Series;

namespace ManSharp.Cli.Pictures;

/// <summary>Accuracies over the epochs, of one run or of several.</summary>
internal static class CurvePicture
{
    private const string XTitle = "epoch";
    private const double HeadThickness = 1;
    private const int LightestGrey = 205, DarkestGrey = 90;

    /// <summary>The most runs that one picture keeps apart.</summary>
    internal static int MostRuns => Picture.Colors.Count;

    /// <summary>
    /// Of one run: its network on the test images and, while it trained, on the training images, and what the other
    /// blocks' own heads made of those, the deeper the darker. Of several runs: their networks on the test images.
    /// </summary>
    internal static void Write(IReadOnlyList<RunCurve> runs, string path)
    {
        PlotModel model = runs.Count == 1 ? OfOne(runs[0]) : OfSeveral(runs);
        Picture.Write(model, path);
    }

    private static PlotModel OfOne(RunCurve run)
    {
        PlotModel model = Create($"{run.Network}: {run.Label}", [run], "accuracy, %");
        int heads = run.Epochs[0].Blocks.Count - 1;
        for (int block = 0; block < heads; block++)
        {
            int shade = LightestGrey - (LightestGrey - DarkestGrey) * block / Math.Max(1, heads - 1);
            LineSeries head = Picture.Line(
                heads == 1 ? "training images, head of block 1" : $"training images, heads of blocks 1 to {heads}",
                OxyColor.FromRgb((byte)shade, (byte)shade, (byte)shade), HeadThickness,
                run.Epochs.Select(epoch => (epoch.Epoch, 100 * epoch.Blocks.ElementAtOrDefault(block).Accuracy)));
            head.RenderInLegend = block == heads / 2;
            model.Series.Add(head);
        }
        model.Series.Add(Picture.Curve(
            "training images", Picture.Colors[1],
            run.Epochs.Select(epoch => (epoch.Epoch, (double?)(100 * epoch.TrainAccuracy)))));
        model.Series.Add(Test("test images", Picture.Colors[0], run));
        return model;
    }

    private static PlotModel OfSeveral(IReadOnlyList<RunCurve> runs)
    {
        string[] networks = [.. runs.Select(run => run.Network).Distinct()];
        bool byLabel = networks.Length == 1 && runs.Select(run => run.Label).Distinct().Count() == runs.Count;
        PlotModel model = Create(string.Join(", ", networks), runs, "test accuracy, %");
        for (int i = 0; i < runs.Count; i++)
            model.Series.Add(Test(byLabel ? runs[i].Label : Name(runs[i].Folder), Picture.Colors[i], runs[i]));
        return model;
    }

    private static string Name(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    private static PlotModel Create(string title, IReadOnlyList<RunCurve> runs, string yTitle) => Picture.Create(
        title, XTitle, first: 1, runs.Max(run => run.Epochs[^1].Epoch), yTitle);

    private static LineSeries Test(string title, OxyColor color, RunCurve run) => Picture.Curve(
        title, color, run.Epochs.Select(epoch => (epoch.Epoch, 100 * epoch.TestAccuracy)));
}
