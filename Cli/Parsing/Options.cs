using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace ManSharp.Cli.Parsing;

/// <summary>Options whose errors name the option, the value and what to write instead.</summary>
internal static class Options
{
    /// <summary>A word or path, with a default.</summary>
    internal static Option<string> Word(string name, string helpName, string initial, string description) =>
        new(name) { HelpName = helpName, Description = description, DefaultValueFactory = _ => initial };

    /// <summary>A word or path that may be left out.</summary>
    internal static Option<string?> OptionalWord(string name, string helpName, string description) =>
        new(name) { HelpName = helpName, Description = description };

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    internal static Option<int> Whole(
        string name, string helpName, int initial, int least, int most, string description) =>
        new(name)
        {
            HelpName = helpName,
            Description = description,
            DefaultValueFactory = _ => initial,
            CustomParser = result => ParseWhole(result, name, least, most) ?? 0,
        };

    /// <summary>A whole number that may be left out.</summary>
    internal static Option<int?> OptionalWhole(string name, string helpName, int least, int most, string description) =>
        new(name)
        {
            HelpName = helpName,
            Description = description,
            CustomParser = result => ParseWhole(result, name, least, most),
        };

    /// <summary>A finite number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    internal static Option<float> Number(
        string name, string helpName, float initial, float least, float most, string description) =>
        new(name)
        {
            HelpName = helpName,
            Description = description,
            DefaultValueFactory = _ => initial,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (TryNumber(text, out float value) && value >= least && value <= most)
                    return value;
                result.AddError(Expected(name, $"a number from {least} to {most}", text, Show(initial)));
                return initial;
            },
        };

    /// <summary>As many numbers as <paramref name="initial"/> has, from 0, with commas between.</summary>
    internal static Option<float[]> Numbers(string name, string helpName, float[] initial, string description) =>
        new(name)
        {
            HelpName = helpName,
            Description = $"{description} [default: {Show(initial)}]",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                string[] parts = text.Split(',');
                var values = new float[parts.Length];
                bool good = parts.Length == initial.Length;
                for (int i = 0; i < parts.Length; i++)
                    good &= TryNumber(parts[i], out values[i]) && values[i] >= 0;
                if (!good)
                    result.AddError(Expected(
                        name, $"a list of {initial.Length} numbers from 0, with commas between,", text, Show(initial)));
                return values;
            },
        };

    /// <summary>A seed: any whole number from 0.</summary>
    internal static Option<ulong> Seed(string name, string description) => new(name)
    {
        HelpName = "S",
        Description = description,
        DefaultValueFactory = _ => 0,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value))
                result.AddError(Expected(name, "a whole number from 0 to 2^64 - 1", text, "1"));
            return value;
        },
    };

    /// <summary>--budget: memory that must suffice.</summary>
    internal static Option<long?> Budget(string description)
    {
        const string name = "--budget";
        return new Option<long?>(name)
        {
            HelpName = "BYTES",
            Description = $"{description}; {MemorySize.Syntax}",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (MemorySize.TryParse(text, out long bytes))
                    return bytes;
                result.AddError(Expected(name, MemorySize.Syntax, text, "4GiB"));
                return null;
            },
        };
    }

    /// <summary>--strict, which says what an unreadable image means.</summary>
    internal static Option<bool> Strict() =>
        new("--strict") { Description = "refuse a data set with an unreadable image instead of skipping it" };

    private static int? ParseWhole(ArgumentResult result, string name, int least, int most)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            && value >= least && value <= most)
            return value;
        string range = most == int.MaxValue ? $"a whole number from {least}" : $"a whole number from {least} to {most}";
        result.AddError(Expected(name, range, text, Show(Math.Max(least, 1))));
        return null;
    }

    private static bool TryNumber(string text, out float value) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && float.IsFinite(value);

    private static string Expected(string name, string expected, string got, string example) =>
        $"{name}: {expected} was expected. Got '{got}'. Write {name} {example}, for example.";

    private static string Show(params float[] values) =>
        string.Join(",", values.Select(value => value.ToString(CultureInfo.InvariantCulture)));
}
