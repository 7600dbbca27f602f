using ManSharp.Cli.Training;

namespace ManSharp.Cli.Display;

/// <summary>An epoch on one line, in columns.</summary>
internal static class EpochLines
{
    private const int MostLosses = 8;

    /// <summary>Within an epoch.</summary>
    internal static string Running(TrainingProgress progress)
    {
        string epoch = Epoch(progress.Epoch, progress.Epochs);
        string losses = Losses([.. Enumerable.Range(0, progress.Blocks).Select(progress.Losses)]);
        return $"{epoch}  {100 * progress.Step / progress.StepsPerEpoch,6} %   train {Words.Percent(progress.TrainAccuracy),8}  "
            + $"loss {losses}  {progress.ImagesPerSecond,5:0} images/s  {Words.Duration(progress.SecondsLeft)} left";
    }

    /// <summary>After an epoch.</summary>
    internal static string Done(EpochRecord record, int epochs) =>
        $"{Epoch(record.Epoch, epochs)}  test {Words.Percent(record.TestAccuracy),8}  train {Words.Percent(record.TrainAccuracy),8}  "
        + $"loss {Losses(record.Blocks)}  {record.ImagesPerSecond,5:0} images/s  {Words.Duration(record.RunSeconds)}";

    private static string Epoch(int epoch, int epochs) => $"epoch {epoch.ToString().PadLeft($"{epochs}".Length)}/{epochs}";

    // Of many blocks the first three and the last three.
    private static string Losses(IReadOnlyList<BlockLosses> blocks)
    {
        IEnumerable<string> Texts(IEnumerable<BlockLosses> some) => some.Select(losses => Words.Loss(losses.Total));
        return blocks.Count <= MostLosses
            ? string.Join(' ', Texts(blocks))
            : $"{string.Join(' ', Texts(blocks.Take(3)))} ... {string.Join(' ', Texts(blocks.TakeLast(3)))}";
    }
}
