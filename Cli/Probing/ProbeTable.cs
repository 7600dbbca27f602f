namespace ManSharp.Cli.Probing;

/// <summary>The findings as lines of text, of at most 80 columns for networks of usual size.</summary>
internal static class ProbeTable
{
    internal static IEnumerable<string> Lines(ProbeResult result)
    {
        bool compared = result.Reference is not null;
        List<string[]> rows = [["block", "units", "features", "linear", .. compared ? ReferenceHeaders : []]];
        foreach (BlockFinding finding in result.Blocks)
            rows.Add([
                $"{finding.Block}", finding.Units, $"{finding.Size}x{finding.Size}x{finding.Channels}",
                Words.Percent(finding.Accuracy),
                .. compared
                    ? [Words.Percent(finding.ReferenceAccuracy), $"{finding.Cka:0.000}", $"{finding.CkaByChance:0.000}"]
                    : Array.Empty<string>()]);
        rows.Add([
            "", "network", "", Words.Percent(result.Run.TestAccuracy),
            .. result.Reference is { } reference
                ? [Words.Percent(reference.TestAccuracy), "", ""]
                : Array.Empty<string>()]);
        int[] widths = [.. rows[0].Select((_, column) => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
            yield return string.Join("  ", row.Select((cell, column) =>
                column == 1 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd();
        yield return "linear: test accuracy of a linear classifier; features averaged to 4x4 pixels";
        if (compared)
            yield return $"CKA: linear, over {result.ComparedImages} test images; by chance: with the images shuffled";
    }

    private static string[] ReferenceHeaders => ["reference", "CKA", "by chance"];
}
