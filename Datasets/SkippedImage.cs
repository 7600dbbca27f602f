namespace ManSharp.Datasets;

/// <summary>A file that was left out of a data set.</summary>
/// <param name="File">The file, or "archive: entry".</param>
/// <param name="Reason">One line that says what is wrong with it.</param>
public sealed record SkippedImage(string File, string Reason);
