using System.Text.Json;
using ManSharp.Cli.Training;
using ManSharp.Layers.Files;
using ManSharp.LocalLearning.Training;

namespace ManSharp.Cli.Probing;

/// <summary>A run's folder as probe reads it.</summary>
internal sealed record ProbedRun
{
    /// <summary>The folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The method, as it was named.</summary>
    public required string Method { get; init; }

    /// <summary>The last unit of each block; -1 for the stem alone.</summary>
    public required IReadOnlyList<int> Ends { get; init; }

    /// <summary>The path of its data.</summary>
    public required string Data { get; init; }

    /// <summary>The most training images, and whether unreadable ones refused the data.</summary>
    public required int? Limit { get; init; }

    public required bool Strict { get; init; }

    /// <summary>Of the program that made it, with the commit.</summary>
    public required string? Version { get; init; }

    /// <summary>What its model says of itself.</summary>
    public required ModelCard Card { get; init; }

    /// <summary>Whether the whole network was trained as one block.</summary>
    public bool EndToEnd => Ends.Count == 1;

    /// <summary>The file of its network.</summary>
    public string Model => Path.Combine(Folder, RunFolder.ModelName);

    /// <summary>Reads a folder.</summary>
    /// <param name="role">How messages call it.</param>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InputException">It is no run's folder, or its files do not belong together.</exception>
    internal static ProbedRun Read(string role, string folder)
    {
        RunFolder.Require(role, folder, RunFolder.ConfigurationName, RunFolder.ModelName);
        string configurationPath = Path.Combine(folder, RunFolder.ConfigurationName);
        string modelPath = Path.Combine(folder, RunFolder.ModelName);
        using SafetensorsFile model = SafetensorsFile.Open(modelPath);
        ModelCard card = ModelCard.ReadFrom(modelPath, model.Metadata);
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(configurationPath));
            ProbedRun run = Read(folder, document.RootElement, card);
            int units = card.Spec().Units.Count;
            return document.RootElement.GetProperty("network").GetString() == card.Network && run.Ends[^1] == units - 1
                ? run
                : throw new InputException(
                    $"{configurationPath}: {card.Network} of {units} units, as in {RunFolder.ModelName}, was expected. "
                    + $"Got {document.RootElement.GetProperty("network")}, whose last block ends at unit "
                    + $"{run.Ends[^1] + 1}. Give a folder whose files are of one run.");
        }
        catch (Exception exception) when (
            exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InputException(
                $"{configurationPath}: the configuration of a run was expected. "
                + $"Got something else: {exception.Message} Give a folder that mansharp train wrote.");
        }
    }

    private static ProbedRun Read(string folder, JsonElement configuration, ModelCard card)
    {
        JsonElement data = configuration.GetProperty("data"), limit = data.GetProperty("limit");
        int[] ends = [.. configuration.GetProperty("blockEnds").EnumerateArray().Select(end => end.GetInt32())];
        return new ProbedRun
        {
            Folder = folder,
            Method = configuration.GetProperty("method").GetProperty("name").GetString()
                ?? throw new JsonException("The method has no name."),
            Ends = ends.Length > 0 ? ends : throw new JsonException("There are no blockEnds."),
            Data = data.GetProperty("source").GetString() ?? throw new JsonException("The data have no source."),
            Limit = limit.ValueKind == JsonValueKind.Null ? null : limit.GetInt32(),
            Strict = data.GetProperty("strict").GetBoolean(),
            Version = configuration.TryGetProperty("version", out JsonElement version) ? version.ToString() : null,
            Card = card,
        };
    }

    /// <summary>Refuses a reference whose features stand at other places, or for other classes.</summary>
    /// <exception cref="InputException">The networks, classes or image sizes differ.</exception>
    internal void RequireComparable(ProbedRun reference)
    {
        string? problem = reference.Card.Network != Card.Network
                ? $"a run of {Card.Network}, as '{Folder}', was expected. Got {reference.Card.Network}"
            : reference.Card.ImageSize != Card.ImageSize
                ? $"a run on images of {Card.ImageSize}x{Card.ImageSize}, as '{Folder}', was expected. "
                    + $"Got {reference.Card.ImageSize}x{reference.Card.ImageSize}"
            : !reference.Card.ClassNames.SequenceEqual(Card.ClassNames)
                ? $"a run on the {Card.ClassNames.Count} classes of '{Folder}' ({Words.Some(Card.ClassNames)}) "
                    + $"was expected. Got {reference.Card.ClassNames.Count} ({Words.Some(reference.Card.ClassNames)})"
            : null;
        if (problem is not null)
            throw new InputException(
                $"--reference '{reference.Folder}': {problem}. Train one: mansharp train --network {Card.Network} "
                + "--method bp, with the run's data.");
    }
}
