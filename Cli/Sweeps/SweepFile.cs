using System.Text.Json;
using ManSharp.Cli.Parsing;

namespace ManSharp.Cli.Sweeps;

/// <summary>
/// A sweep's JSON: <c>{ "data": PATH, "defaults": {...}, "runs": [{...}, ...] }</c>. A run's keys are train's long
/// options without dashes, "seeds", a list that makes a run of each, and "name". Defaults hold for all runs; null in a
/// run takes one away. Comments and commas at the end of lists are allowed.
/// </summary>
internal sealed class SweepFile
{
    private const string Data = "data", Defaults = "defaults", Runs = "runs";
    private const string Method = "method", Recipe = "recipe", Seed = "seed", Seeds = "seeds", Name = "name";
    private const string FolderCharacters = "letters, digits and + - . , = _";

    private static readonly string[] notInRuns = ["out", "threads"];
    private static readonly JsonDocumentOptions reading = new()
    {
        CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false,
    };

    private readonly string path;
    private readonly HashSet<string> options;

    private SweepFile(string path, IEnumerable<string> options) =>
        (this.path, this.options) = (path, [.. options.Except(notInRuns)]);

    /// <summary>The configurations of a file, in its order.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Train's long options, without dashes.</param>
    /// <param name="data">The data set to take instead of the file's; null for the file's.</param>
    /// <exception cref="InputException">The file is no sweep; the message names the place.</exception>
    internal static List<SweepEntry> Read(string path, IEnumerable<string> options, string? data)
    {
        string text = File.ReadAllText(path);
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, reading);
            return new SweepFile(path, options).Entries(document.RootElement, data);
        }
        catch (JsonException exception)
        {
            throw new InputException($"{path}: JSON was expected. {exception.Message} Correct the file.");
        }
    }

    private List<SweepEntry> Entries(JsonElement root, string? data)
    {
        Demand(root.ValueKind == JsonValueKind.Object, "the file", "an object with \"runs\"", root);
        RequireKnown("the file", root, [Data, Defaults, Runs]);
        var defaults = new Dictionary<string, JsonElement>();
        if (root.TryGetProperty(Defaults, out JsonElement given))
            defaults = Keys("defaults", given, [.. options, Seeds]);
        string? source = null;
        if (root.TryGetProperty(Data, out JsonElement set))
        {
            Demand(set.ValueKind == JsonValueKind.String, "\"data\"", "a path", set);
            source = set.GetString();
            if (defaults.ContainsKey(Data))
                throw new InputException(
                    $"{path}: \"data\" was expected once. Got it above \"defaults\" and in them. Take one away.");
        }
        if (!root.TryGetProperty(Runs, out JsonElement runs) || runs.ValueKind != JsonValueKind.Array
            || runs.GetArrayLength() == 0)
            throw new InputException(
                $"{path}: a list \"runs\" with at least one run was expected. "
                + $"Got {(runs.ValueKind == JsonValueKind.Undefined ? "none" : Some(runs))}. Write \"runs\": [{{\"method\": \"bp\"}}], for example.");
        var entries = new List<SweepEntry>();
        int number = 0;
        foreach (JsonElement run in runs.EnumerateArray())
            entries.AddRange(Entries($"run {++number}", run, defaults, source, data));
        RequireDifferentNames(entries);
        return entries;
    }

    private IEnumerable<SweepEntry> Entries(
        string place, JsonElement run, Dictionary<string, JsonElement> defaults, string? source, string? data)
    {
        Dictionary<string, JsonElement> own = Keys(place, run, [.. options, Seeds, Name]);
        // A seed of the run's own stands above seeds of the defaults.
        bool ownSeeds = own.ContainsKey(Seed) || own.ContainsKey(Seeds);
        var all = defaults.Where(pair => !ownSeeds || pair.Key is not (Seed or Seeds)).ToDictionary();
        foreach ((string key, JsonElement value) in own)
            all[key] = value;
        var values = all
            .Where(pair => pair.Key is not (Seed or Seeds or Name) && pair.Value.ValueKind != JsonValueKind.Null)
            .ToDictionary(pair => pair.Key, pair => Text(place, pair.Key, pair.Value));
        string[] seeds = SeedsOf(place, all);
        if (!own.ContainsKey(Data) && (data ?? source) is { } common)
            values[Data] = common;
        string group = own.TryGetValue(Name, out JsonElement name)
            ? Text(place, Name, name)
            : GroupName(place, own, defaults, values);
        RequireFolderName(place, group, given: own.ContainsKey(Name));
        string[] arguments = [.. values.Select(pair => $"--{pair.Key}={pair.Value}")];
        return seeds.Select(seed => new SweepEntry(group, seed, [.. arguments, $"--{Seed}={seed}"]));
    }

    private string[] SeedsOf(string place, Dictionary<string, JsonElement> all)
    {
        bool several = all.TryGetValue(Seeds, out JsonElement seeds);
        if (several && all.ContainsKey(Seed))
            throw new InputException($"{path}, {place}: seed or seeds was expected. Got both. Take one away.");
        if (!several)
            return [all.TryGetValue(Seed, out JsonElement seed) ? Text(place, Seed, seed) : "0"];
        bool whole = seeds.ValueKind == JsonValueKind.Array && seeds.GetArrayLength() > 0
            && seeds.EnumerateArray().All(seed => seed.ValueKind == JsonValueKind.Number && seed.TryGetUInt64(out _));
        Demand(whole, $"{place}, \"seeds\"", "a list of whole numbers from 0, such as [1, 2, 3],", seeds);
        return [.. seeds.EnumerateArray().Select(seed => seed.GetRawText())];
    }

    // The method, else the recipe, and each other key of the run's own whose value is not the defaults'.
    private string GroupName(
        string place, Dictionary<string, JsonElement> own, Dictionary<string, JsonElement> defaults,
        Dictionary<string, string> values)
    {
        string first = values.ContainsKey(Method) || !values.ContainsKey(Recipe) ? Method : Recipe;
        IEnumerable<string> others = own
            .Where(pair => pair.Key is not (Seed or Seeds) && pair.Key != first)
            .Where(pair => !defaults.TryGetValue(pair.Key, out JsonElement common)
                || Text(place, pair.Key, common) != Text(place, pair.Key, pair.Value))
            .Select(pair => pair.Value.ValueKind switch
            {
                JsonValueKind.True => $"-{pair.Key}",
                JsonValueKind.False => $"-no-{pair.Key}",
                _ => $"-{pair.Key}{values.GetValueOrDefault(pair.Key, "-default")}",
            });
        return values.GetValueOrDefault(first, PlanSettings.DefaultMethod) + string.Concat(others);
    }

    private Dictionary<string, JsonElement> Keys(string place, JsonElement element, string[] known)
    {
        Demand(element.ValueKind == JsonValueKind.Object, place, "an object of train's options", element);
        RequireKnown(place, element, known);
        return element.EnumerateObject().ToDictionary(property => property.Name, property => property.Value);
    }

    private void RequireKnown(string place, JsonElement element, string[] known)
    {
        foreach (string key in element.EnumerateObject().Select(property => property.Name))
        {
            if (known.Contains(key))
                continue;
            string remedy = notInRuns.Contains(key) ? $"Give --{key} to sweep itself."
                : Spelling.Nearest(key, known) is { } near ? $"Did you mean \"{near}\"?"
                : known.Length > 3 ? "See mansharp train --help." : $"Known are {string.Join(", ", known)}.";
            throw new InputException($"{path}, {place}: unknown key \"{key}\". {remedy}");
        }
    }

    // As it stands on a command line; a list is its values with commas between.
    private string Text(string place, string key, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return value.GetString()!;
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null:
                return value.GetRawText();
            case JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number):
                return string.Join(',', value.EnumerateArray().Select(item => item.GetRawText()));
            default:
                Demand(false, $"{place}, \"{key}\"", "a word, a number, true, false or a list of numbers", value);
                return "";
        }
    }

    private void RequireFolderName(string place, string name, bool given)
    {
        if (name.Length is > 0 and <= 120 && char.IsAsciiLetterOrDigit(name[0])
            && name.All(letter => char.IsAsciiLetterOrDigit(letter) || "+-.,=_".Contains(letter)))
            return;
        string expected = $"{FolderCharacters}, at most 120, beginning with a letter or digit,";
        throw new InputException(given
            ? $"{path}, {place}, \"name\": {expected} were expected. Got '{name}'. Choose another name."
            : $"{path}, {place}: its folder's name would be '{name}', where {expected} were expected. "
                + "Give the run a \"name\".");
    }

    private void RequireDifferentNames(List<SweepEntry> entries)
    {
        // Not all file systems tell capitals from small letters.
        if (entries.GroupBy(entry => entry.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1)
            is { } twice)
            throw new InputException(
                $"{path}: runs with different names were expected. Got {twice.Count()} named '{twice.Key}'. "
                + "Take one away, or give it a \"name\".");
    }

    private void Demand(bool holds, string place, string expected, JsonElement got)
    {
        if (!holds)
            throw new InputException($"{path}, {place}: {expected} was expected. Got {Some(got)}. Correct the file.");
    }

    private static string Some(JsonElement element)
    {
        string text = element.GetRawText().ReplaceLineEndings(" ");
        return text.Length > 60 ? text[..60] + "..." : text;
    }
}
