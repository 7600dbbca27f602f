using ManSharp.Cli.Training;
using ManSharp.Datasets;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;

namespace ManSharp.Cli.Display;

/// <summary>The words that both displays use.</summary>
internal static class RunTexts
{
    private const int SkippedNamed = 3;

    /// <summary>What is trained on what.</summary>
    internal static IEnumerable<string> Title(TrainingSetup setup)
    {
        (TrainSettings settings, Partition partition) = (setup.Settings, setup.Plan.Partition);
        ImageSet train = setup.Data.Train;
        string fidelity = setup.Plan.Method.Fidelity == Fidelity.Reference ? " as its reference code" : "";
        yield return $"{setup.Plan.Network.Name}, {settings.Plan.Method}{fidelity}, {Words.Blocks(partition.Blocks)} on "
            + $"{setup.Device.Name} ({How(setup)})";
        yield return $"{setup.Data.Name}: {train.Count} training and {setup.Data.Test.Count} test images of "
            + $"{train.Width}x{train.Height}, {train.ClassNames.Count} classes, batch {settings.Batch}";
    }

    private static string How(TrainingSetup setup)
    {
        int threads = setup.Settings.Device.Threads;
        return !setup.Device.HasDriver ? $"{threads} {(threads == 1 ? "thread" : "threads")}" : Words.Precision(setup.Device);
    }

    /// <summary>What a person may not have expected.</summary>
    internal static IEnumerable<string> Notes(TrainingSetup setup)
    {
        if (BlocksNote(setup.Settings.Plan.Blocks, setup.Plan) is { } blocks)
            yield return blocks;
        if (setup.BudgetNote is { } budget)
            yield return budget;
        if (setup.Data.Test.Count == 0)
            yield return "note: there are no test images, so no test accuracy: "
                + "every class has a single image and there is no test/ folder";
        if (setup.Data.Skipped.Count > 0)
            yield return Skipped(setup.Data.Skipped.Count, setup.Data.Skipped.Select(image => image.File));
    }

    /// <summary>Where there are other blocks than a person asked for, why; else none.</summary>
    internal static string? BlocksNote(int? asked, NetworkPlan plan) => asked is null || asked == plan.Partition.Blocks
        ? null
        : plan.Method.EndToEnd
            ? $"note: {plan.Method.Name} trains end to end, so --blocks {asked} is taken as 1"
            : $"note: --blocks {asked} is every unit its own block: {plan.Partition.Blocks}";

    /// <summary>Which images were left out; the first few by name.</summary>
    internal static string Skipped(int count, IEnumerable<string> files)
    {
        string names = string.Join(", ", files.Take(SkippedNamed));
        string more = count > SkippedNamed ? $" and {count - SkippedNamed} more" : "";
        return $"skipped {count} unreadable {(count == 1 ? "image" : "images")}: {names}{more}";
    }

    /// <summary>The same at the end of a run.</summary>
    internal static string Skipped(RunSummary summary) =>
        Skipped(summary.SkippedImages, summary.SkippedExamples.Select(image => image.File));

    /// <summary>The units of a block: stem, 1-3.</summary>
    internal static string Units(Partition partition, int block)
    {
        (int first, int last) = (partition.FirstUnit(block) + 1, partition.Ends[block] + 1);
        if (last == 0)
            return "stem";
        string units = first == last ? $"{first}" : $"{first}-{last}";
        return block == 0 ? $"stem, {units}" : block == partition.Blocks - 1 ? $"{units}, fc" : units;
    }

    /// <summary>The results, as names and values.</summary>
    internal static IEnumerable<(string Name, string Value, string Remark)> Results(RunSummary summary)
    {
        if (summary.TestAccuracy is { } accuracy)
            yield return ("test accuracy", Words.Percent(accuracy),
                $"after epoch {summary.EpochsDone}; "
                + $"best {Words.Percent(summary.BestTestAccuracy)}, epoch {summary.BestEpoch}");
        else
            yield return ("train accuracy", Words.Percent(summary.TrainAccuracy), summary.EpochsDone == 0
                ? "in the first epoch, which did not end"
                : $"in epoch {summary.EpochsDone}; there are no test images");
        yield return ("time", Words.Duration(summary.Seconds), $"{summary.ImagesPerSecond:0} training images/s");
        bool plain = summary.AllParameters == summary.NetworkParameters;
        yield return ("parameters", Words.Count(summary.NetworkParameters), plain
            ? "no auxiliary networks"
            : $"{Words.Count(summary.AllParameters)} with auxiliary networks, while training");
        yield return ("peak memory", Words.Bytes(summary.PeakBytes),
            $"measured; {Words.Bytes(summary.PredictedPeakBytes)} predicted");
        yield return ("end to end", Words.Bytes(summary.EndToEndPeakBytes), summary.MemorySaved switch
        {
            0 => "predicted for bp, same network and batch: this run",
            > 0 => $"predicted for bp, same network and batch: {100 * summary.MemorySaved:0.0} % saved",
            _ => $"predicted for bp, same network and batch: this run takes {-100 * summary.MemorySaved:0.0} % more",
        });
    }
}
