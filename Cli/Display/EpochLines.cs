using ManSharp.Cli.Training;

namespace ManSharp.Cli.Display;

/// <summary>An epoch on one line, in columns.</summary>
internal static class EpochLines
{
    private const int MostLosses = 8;
    private const int CharactersBesideLosses = 54;
    private const int CharactersOfLoss = 6;

    /// <summary>Within an epoch.</summary>
    internal static string Running(TrainingProgress progress)
    {
        string epoch = Epoch(progress.Epoch, progress.Epochs);
        BlockMetrics[] blocks = [.. Enumerable.Range(0, progress.Blocks).Select(progress.Metrics)];
        return $"{epoch}  {100 * progress.Step / progress.StepsPerEpoch,6} %   "
            + $"train {Words.Percent(progress.TrainAccuracy),8}  loss {Losses(blocks, MostLosses)}{Heads(blocks)}  "
            + $"{progress.ImagesPerSecond,5:0} images/s  {Words.Duration(progress.SecondsLeft)} left";
    }

    /// <summary>After an epoch.</summary>
    internal static string Done(EpochRecord record, int epochs) =>
        $"{Accuracies(record, epochs)}  loss {Losses(record.Blocks, MostLosses)}{Heads(record.Blocks)}  "
        + $"{record.ImagesPerSecond,5:0} images/s  {Words.Duration(record.RunSeconds)}";

    /// <summary>After an epoch, for a terminal of this many columns.</summary>
    internal static string Done(EpochRecord record, int epochs, int columns) =>
        $"{Accuracies(record, epochs)}  "
        + $"loss {Losses(record.Blocks, (columns - CharactersBesideLosses) / CharactersOfLoss)}  "
        + Words.Duration(record.RunSeconds);

    private static string Accuracies(EpochRecord record, int epochs) =>
        $"{Epoch(record.Epoch, epochs)}  test {Words.Percent(record.TestAccuracy),8}  "
        + $"train {Words.Percent(record.TrainAccuracy),8}";

    private static string Epoch(int epoch, int epochs) =>
        $"epoch {$"{epoch}".PadLeft($"{epochs}".Length)}/{epochs}";

    /// <summary>
    /// The training accuracies of the own heads of all blocks but the last, in whole percent, behind two spaces;
    /// nothing where there are none. The last block's head is the network's, whose accuracy stands by itself.
    /// </summary>
    internal static string Heads(IReadOnlyList<BlockMetrics> blocks)
    {
        string[] texts = [.. blocks.SkipLast(1).Where(block => block.Accuracy is not null)
            .Select(block => $"{100 * block.Accuracy:0}")];
        return texts.Length == 0 ? "" : $"  heads {Some(texts, MostLosses)} %";
    }

    private static string Losses(IReadOnlyList<BlockMetrics> blocks, int most) =>
        Some([.. blocks.Select(block => Words.Loss(block.Total))], most);

    // Of too many blocks the first and the last ones.
    private static string Some(string[] texts, int most)
    {
        if (texts.Length <= most)
            return string.Join(' ', texts);
        int ends = Math.Clamp((most - 1) / 2, 1, 3);
        return $"{string.Join(' ', texts.Take(ends))} ... {string.Join(' ', texts.TakeLast(ends))}";
    }
}
