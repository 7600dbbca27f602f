namespace ManSharp.Cli.Parsing;

/// <summary>What a person may have meant.</summary>
internal static class Spelling
{
    private const int FarthestEdits = 3;

    /// <summary>The known word nearest to a mistyped one; null where none is near.</summary>
    internal static string? Nearest(string word, IEnumerable<string> known) => known
        .Select(candidate => (candidate, edits: Edits(word, candidate)))
        .Where(pair => pair.edits <= Math.Min(FarthestEdits, word.Length / 2))
        .OrderBy(pair => pair.edits)
        .Select(pair => pair.candidate)
        .FirstOrDefault();

    // Insertions, deletions and replacements from a to b, row by row.
    private static int Edits(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 0; i < a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i + 1;
            for (int j = 0; j < b.Length; j++)
            {
                int replaced = diagonal + (a[i] == b[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(replaced, 1 + Math.Min(row[j], row[j + 1]));
            }
        }
        return row[^1];
    }
}
