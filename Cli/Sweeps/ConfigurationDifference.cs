using System.Globalization;
using System.Text.Json;
using ManSharp.LocalLearning.Methods;

namespace ManSharp.Cli.Sweeps;

/// <summary>
/// Whether two config.json describe the same run. Where and by which version it ran does not count, nor the path of its
/// data, for the classes, numbers and statistics of the images stand beside it. A key that one of the versions did not
/// know counts as off (null, false or 0) or as what there was before the key. A method's short name is its long one; numbers may differ in the last digit.
/// </summary>
internal static class ConfigurationDifference
{
    private const double LastDigit = 1e-6;

    private static readonly HashSet<string> ignored = ["version", "threads", "device", "selfTest", "data.source"];

    // What versions did that did not know a key yet.
    private static readonly Dictionary<string, string> before = new() { ["precision"] = "fp32" };

    /// <summary>The first key whose values differ, with both values; null where there is none.</summary>
    internal static (string Key, string Wanted, string Found)? Find(JsonElement wanted, JsonElement found) =>
        Find("", wanted, found);

    private static (string, string, string)? Find(string key, JsonElement? wanted, JsonElement? found)
    {
        if (ignored.Contains(key) || (wanted ?? found) is not { } either)
            return null;
        if (either.ValueKind == JsonValueKind.Object && (found ?? either).ValueKind == JsonValueKind.Object)
        {
            foreach (string name in Names(wanted).Union(Names(found)))
            {
                string inner = key.Length == 0 ? name : $"{key}.{name}";
                if (Find(inner, Member(wanted, name), Member(found, name)) is { } difference)
                    return difference;
            }
            return null;
        }
        return Same(key, wanted, found) ? null : (key, Show(wanted), Show(found));
    }

    private static bool Same(string key, JsonElement? wanted, JsonElement? found)
    {
        if (wanted is not { } a || found is not { } b)
            return IsUsual(key, (wanted ?? found)!.Value);
        if (a.ValueKind == JsonValueKind.Array && b.ValueKind == JsonValueKind.Array)
            return a.GetArrayLength() == b.GetArrayLength()
                && a.EnumerateArray().Zip(b.EnumerateArray()).All(pair => Same(key, pair.First, pair.Second));
        if (a.ValueKind == JsonValueKind.Number && b.ValueKind == JsonValueKind.Number)
            return a.GetRawText() == b.GetRawText() || Near(a.GetDouble(), b.GetDouble());
        if (key == "method.name" && a.ValueKind == JsonValueKind.String && b.ValueKind == JsonValueKind.String)
            return LongName(a.GetString()!) == LongName(b.GetString()!);
        return a.ValueKind == b.ValueKind && a.ToString() == b.ToString();
    }

    // Whole numbers, such as seeds beyond 2^53, are equal or not.
    private static bool Near(double a, double b) =>
        (Math.Truncate(a) != a || Math.Truncate(b) != b)
        && Math.Abs(a - b) <= LastDigit * Math.Max(Math.Abs(a), Math.Abs(b));

    private static bool IsUsual(string key, JsonElement value) =>
        value.ValueKind is JsonValueKind.Null or JsonValueKind.False
        || before.GetValueOrDefault(key) == value.ToString()
        || (value.ValueKind == JsonValueKind.Number && value.GetDouble() == 0);

    private static string LongName(string name)
    {
        if (!LocalMethod.Names.Contains(name))
            return name;
        LocalMethod method = LocalMethod.Parse(name);
        return $"{method.Base.Name}+{method.Decorator.Name}";
    }

    private static IEnumerable<string> Names(JsonElement? element) =>
        element?.EnumerateObject().Select(property => property.Name) ?? [];

    private static JsonElement? Member(JsonElement? element, string name) =>
        element is { } present && present.TryGetProperty(name, out JsonElement member) ? member : null;

    private static string Show(JsonElement? element)
    {
        if (element is not { } present)
            return "none";
        string text = present.GetRawText().ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal);
        return text.Length <= 60 ? text : string.Create(CultureInfo.InvariantCulture, $"{text[..60]}...");
    }
}
