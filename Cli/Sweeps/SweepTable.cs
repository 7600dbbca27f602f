using System.Globalization;
using System.Text;
using Spectre.Console;

namespace ManSharp.Cli.Sweeps;

/// <summary>The table of a sweep: in columns for a terminal, and in Markdown with each run behind it.</summary>
internal static class SweepTable
{
    private static readonly string[] headers =
        ["run", "K", "seeds", "test accuracy", "peak memory", "parameters", "GFLOP", "trained"];

    /// <summary>Lines of text of about 80 columns, more where names are long.</summary>
    internal static IEnumerable<string> Lines(IReadOnlyList<SweepGroup> groups)
    {
        string plusMinus = AnsiConsole.Profile.Capabilities.Unicode ? "±" : "+-";
        List<string[]> rows = [headers, .. groups.Select(group => Cells(group, plusMinus))];
        int[] widths = [.. headers.Select((_, column) => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
            yield return string.Join("  ", row.Select((cell, column) =>
                column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))).TrimEnd();
        yield return $"test accuracy: last epoch, in %, mean {plusMinus} sample deviation; GFLOP of a step; "
            + "time of the steps";
    }

    /// <summary>What the table does not say: runs that diverged, or are still to be made.</summary>
    internal static IEnumerable<string> Remarks(IReadOnlyList<SweepGroup> groups)
    {
        List<SweepResult> all = [.. groups.SelectMany(group => group.Results)];
        foreach (SweepResult result in all.Where(result => result.Record.Status == RunStatus.Diverged))
            yield return $"{result.Run.Entry.Name}: {result.Record.Summary!.Message}";
        string[] running = Names(all, RunStatus.Running), left = Names(all, RunStatus.Missing, RunStatus.Interrupted);
        if (running.Length > 0)
            yield return $"still running in another process: {string.Join(", ", running)}";
        if (left.Length > 0)
            yield return $"still to be made: {string.Join(", ", left)}";
    }

    /// <summary>The table as a page.</summary>
    internal static string Markdown(string title, IReadOnlyList<SweepGroup> groups)
    {
        var page = new StringBuilder();
        page.AppendLine(CultureInfo.InvariantCulture, $"# {title}").AppendLine();
        Row([.. headers.Take(4), "each", .. headers.Skip(4)]);
        Row(["---", .. Enumerable.Repeat("---:", headers.Length)]);
        foreach (SweepGroup group in groups)
        {
            string[] cells = Cells(group, "±");
            Row([.. cells.Take(4), string.Join(", ", group.Completed.Select(Accuracy)), .. cells.Skip(4)]);
        }
        page.AppendLine().AppendLine(
            "Test accuracy is that of the last epoch, in percent: mean ± sample standard deviation over the seeds. Peak "
            + "memory is the device's, measured while training. Parameters are those of the network and, behind the "
            + "stroke, with auxiliary networks. GFLOP counts convolutions and matrix products of a training step. The "
            + "time is that of the training steps, without tests, the mean over the seeds.").AppendLine();
        foreach (string remark in Remarks(groups))
            page.AppendLine(CultureInfo.InvariantCulture, $"- {remark}");
        page.AppendLine().AppendLine("| folder | status | test accuracy | best | threads | made by |");
        page.AppendLine("| --- | --- | ---: | ---: | ---: | --- |");
        foreach (SweepResult result in groups.SelectMany(group => group.Results))
            Row([
                result.Run.Entry.Name, Status(result.Record), Accuracy(result), Best(result.Record.Summary),
                $"{result.Record.Threads}", result.Record.Version ?? ""]);
        return page.ToString().ReplaceLineEndings("\n");

        void Row(IEnumerable<string> cells) =>
            page.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |");
    }

    /// <summary>missing, interrupted, running, completed or diverged.</summary>
    internal static string Status(RunRecord record) =>
        record.Status.ToString().ToLower(CultureInfo.InvariantCulture);

    private static string[] Cells(SweepGroup group, string plusMinus)
    {
        int asked = group.Results.Count, done = group.Completed.Count;
        return
        [
            group.Name, $"{group.Blocks}", done == asked ? $"{done}" : $"{done} of {asked}",
            TestAccuracy(group, plusMinus),
            group.PeakBytes is { } peak ? Words.Bytes(peak) : "-",
            group is { NetworkParameters: { } network, AllParameters: { } every }
                ? network == every ? Words.Count(network) : $"{Words.Count(network)} / {Words.Count(every)}"
                : "-",
            (group.StepFlops / 1e9).ToString(group.StepFlops < 1e10 ? "0.00" : "0.0", CultureInfo.InvariantCulture),
            group.TrainingSeconds is { } seconds ? Words.Duration(seconds) : "-",
        ];
    }

    private static string TestAccuracy(SweepGroup group, string plusMinus)
    {
        string diverged = group.Diverged == 0 ? ""
            : group.Results.Count == 1 ? "diverged"
            : $"{group.Diverged} diverged";
        if (group.TestAccuracy is not { } accuracy)
            return diverged.Length > 0 ? diverged : "-";
        string text = accuracy.StandardDeviation is { } deviation
            ? $"{100 * accuracy.Mean:0.00} {plusMinus} {100 * deviation:0.00}"
            : $"{100 * accuracy.Mean:0.00}";
        return diverged.Length > 0 ? $"{text}, {diverged}" : text;
    }

    private static string Accuracy(SweepResult result) =>
        result.Record.Summary?.TestAccuracy is { } accuracy ? $"{100 * accuracy:0.00}" : "";

    private static string Best(SummaryRecord? summary) =>
        summary?.BestTestAccuracy is { } best ? $"{100 * best:0.00}, epoch {summary.BestEpoch}" : "";

    private static string[] Names(List<SweepResult> results, params RunStatus[] statuses) =>
        [.. results.Where(result => statuses.Contains(result.Record.Status)).Select(result => result.Run.Entry.Name)];
}
