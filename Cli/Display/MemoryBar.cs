using ManSharp.LocalLearning.Planning;
using Spectre.Console;

namespace ManSharp.Cli.Display;

/// <summary>A block's memory as a bar of coloured or lettered cells, a category after the other.</summary>
internal sealed class MemoryBar(long greatestBytes, int cells, bool coloured)
{
    /// <summary>What memory is for, in the order of the bar.</summary>
    internal static IReadOnlyList<Category> Categories { get; } =
    [
        new("elsewhere", '-', "grey", "the batch, and what the other blocks keep", block => block.ElsewhereBytes),
        new("parameters", 'p', "blue", "the block's share of the network", block => block.ParameterBytes),
        new("optimizer", 'o', "aqua", "momentum of the same", block => block.OptimizerBytes),
        new("activations", 'a', "green", "its input, and what forward keeps", block => block.ActivationBytes),
        new("auxiliary", 'x', "yellow", "auxiliary networks: all of the above", block => block.AuxiliaryBytes),
        new("workspace", 'w', "red", "gradients, recomputed values, scratch", block => block.WorkspaceBytes),
    ];

    /// <summary>What the cells mean.</summary>
    internal string Legend => string.Join("  ", Categories.Select(category => $"{Cells(category, 1)} {category.Name}"));

    /// <summary>The bar, as markup. As many cells as its peak's share of the greatest peak.</summary>
    internal string Draw(BlockMemory block)
    {
        string bar = "";
        long sum = 0;
        int drawn = 0;
        foreach (Category category in Categories)
        {
            sum += category.BytesOf(block);
            int end = (int)Math.Round((double)sum / greatestBytes * cells);
            bar += Cells(category, end - drawn);
            drawn = end;
        }
        return bar;
    }

    private string Cells(Category category, int count)
    {
        if (count == 0)
            return "";
        char solid = AnsiConsole.Profile.Capabilities.Unicode ? '█' : category.Letter;
        return coloured ? $"[{category.Colour}]{new string(solid, count)}[/]" : new string(category.Letter, count);
    }

    /// <summary>What some of the memory is for.</summary>
    internal sealed record Category(
        string Name, char Letter, string Colour, string Meaning, Func<BlockMemory, long> BytesOf);
}
