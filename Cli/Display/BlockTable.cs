using ManSharp.Cli.Training;
using ManSharp.LocalLearning.Blocks;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ManSharp.Cli.Display;

/// <summary>
/// The losses of every block and the training accuracy of its own head: a row each, or, where there are many, a grid of
/// losses with the first and the last accuracies below it.
/// </summary>
internal sealed class BlockTable(Partition partition, bool reconstructs)
{
    private const int MostRows = 12;
    private const int GridColumns = 6;

    internal IRenderable Draw(TrainingProgress progress) =>
        progress.Blocks <= MostRows ? DrawRows(progress) : DrawGrid(progress);

    private Table DrawRows(TrainingProgress progress)
    {
        bool pixels = reconstructs && progress.Blocks > 1;
        Table table = new Table().Border(TableBorder.Simple)
            .AddColumn(Right("block")).AddColumn("units").AddColumn(Right("loss"));
        if (progress.Blocks > 1)
            table.AddColumn(Right("labels"));
        if (pixels)
            table.AddColumn(Right("pixels"));
        bool counted = progress.Blocks > 1 && progress.Metrics(0).Accuracy is not null;
        if (counted)
            table.AddColumn(Right("own head"));
        for (int block = 0; block < progress.Blocks; block++)
        {
            BlockMetrics losses = progress.Metrics(block);
            bool last = block == progress.Blocks - 1;
            List<string> row = [$"{block + 1}", RunTexts.Units(partition, block), Words.Loss(losses.Total)];
            if (progress.Blocks > 1)
                row.Add(Words.Loss(losses.Label));
            if (pixels)
                row.Add(last ? "" : Words.Loss(losses.Reconstruction));
            if (counted)
                row.Add(Words.Percent(losses.Accuracy));
            table.AddRow([.. row]);
        }
        return table;
    }

    private static Table DrawGrid(TrainingProgress progress)
    {
        BlockMetrics[] metrics = [.. Enumerable.Range(0, progress.Blocks).Select(progress.Metrics)];
        Table table = new Table().Border(TableBorder.Simple).Title("loss of each block").HideHeaders();
        for (int column = 0; column < GridColumns; column++)
            table.AddColumn(Right(""));
        foreach (int[] blocks in Enumerable.Range(0, progress.Blocks).Chunk(GridColumns))
            table.AddRow([.. blocks.Select(
                block => $"[grey]{block + 1,3}[/] {Words.Loss(metrics[block].Total),6}")]);
        string heads = EpochLines.Heads(metrics).TrimStart();
        return heads.Length == 0 ? table : table.Caption(heads);
    }

    private static TableColumn Right(string header) => new TableColumn(header).RightAligned();
}
