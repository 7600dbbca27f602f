using System.Text.Json;
using ManSharp.Cli.Training;

namespace ManSharp.Cli.Pictures;

/// <summary>A run's epochs so far, and how pictures call it.</summary>
/// <param name="Folder">The run's.</param>
/// <param name="Network">Its network.</param>
/// <param name="Label">Its method and blocks.</param>
/// <param name="Epochs">At least one, in the order in which they ended.</param>
internal sealed record RunCurve(string Folder, string Network, string Label, IReadOnlyList<EpochRecord> Epochs)
{
    private static readonly JsonSerializerOptions camelCase =
        new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Reads a folder that train wrote or is writing.</summary>
    /// <exception cref="InputException">It is no run's folder, or no epoch of the run has ended.</exception>
    internal static RunCurve Read(string folder)
    {
        RunFolder.Require("run", folder, RunFolder.ConfigurationName, RunFolder.MetricsName);
        (string network, string label) = Read(Path.Combine(folder, RunFolder.ConfigurationName), Names);
        EpochRecord[] epochs = Read(Path.Combine(folder, RunFolder.MetricsName), Epochs);
        return new RunCurve(folder, network, label, epochs);

        static EpochRecord[] Epochs(string text)
        {
            string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (lines.Length == 0)
                throw new JsonException("It is empty.");
            return
            [
                .. lines.Select(line => JsonSerializer.Deserialize<EpochRecord>(line, camelCase) is { Blocks.Count: > 0 } epoch
                    ? epoch
                    : throw new JsonException("An epoch has no blocks.")),
            ];
        }
    }

    private static (string Network, string Label) Names(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        JsonElement root = document.RootElement;
        string network = root.GetProperty("network").GetString() ?? throw new JsonException("The network has no name.");
        string? method = root.GetProperty("method").GetProperty("name").GetString();
        return (network, $"{method}, {Words.Blocks(root.GetProperty("blockEnds").GetArrayLength())}");
    }

    private static T Read<T>(string path, Func<string, T> parse)
    {
        try
        {
            return parse(File.ReadAllText(path));
        }
        catch (Exception exception) when (
            exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InputException(
                $"{path}: what mansharp train writes was expected. Got something else: {exception.Message} "
                + "Give a folder that mansharp train wrote.");
        }
    }
}
