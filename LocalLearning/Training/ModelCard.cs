using System.Globalization;
using System.Text.Json;
using ManSharp.Layers.Files;
using ManSharp.Layers.Networks;

namespace ManSharp.LocalLearning.Training;

/// <summary>What must be known beside the weights to use a trained network: the metadata of its file.</summary>
/// <param name="Network">Its name, such as resnet20.</param>
/// <param name="ClassNames">What each output means.</param>
/// <param name="ImageSize">Height and width of the images that it was trained on.</param>
/// <param name="Mean">[R, G, B] of the training images, in 0..1.</param>
/// <param name="Deviation">[R, G, B] of the training images, in 0..1.</param>
public sealed record ModelCard(
    string Network, IReadOnlyList<string> ClassNames, int ImageSize, IReadOnlyList<float> Mean,
    IReadOnlyList<float> Deviation)
{
    private const int LargestImage = 4096;
    private const int MostClasses = 100_000;

    /// <summary>The network that the card names.</summary>
    /// <exception cref="ArgumentException">There is no network of that name.</exception>
    public NetworkSpec Spec() => NetworkSpec.Parse(Network, ClassNames.Count);

    /// <summary>Writes the card as a file's metadata.</summary>
    public void WriteTo(IDictionary<string, string> metadata)
    {
        metadata["format"] = "pt";
        metadata["network"] = Network;
        metadata["classes"] = JsonSerializer.Serialize(ClassNames);
        metadata["image_size"] = ImageSize.ToString(CultureInfo.InvariantCulture);
        metadata["mean"] = JsonSerializer.Serialize(Mean);
        metadata["std"] = JsonSerializer.Serialize(Deviation);
    }

    /// <summary>Reads the card of a file.</summary>
    /// <exception cref="CheckpointException">A part is missing or makes no sense.</exception>
    public static ModelCard ReadFrom(string path, IReadOnlyDictionary<string, string> metadata)
    {
        string[] classes = Parse<string[]>("classes", "a list of 2 or more class names",
            names => names.Length is >= 2 and <= MostClasses && names.All(name => name is not null));
        int size = Parse<int>("image_size", $"a whole number from 1 to {LargestImage}",
            side => side is >= 1 and <= LargestImage);
        float[] mean = Parse<float[]>("mean", "3 numbers from 0 to 1", values => IsColour(values));
        float[] deviation = Parse<float[]>("std", "3 numbers above 0, at most 1",
            values => IsColour(values) && values.All(v => v > 0));
        return new ModelCard(Text("network"), classes, size, mean, deviation);

        string Text(string key) => metadata.TryGetValue(key, out string? text)
            ? text
            : throw Bad(
                path, $"metadata with '{key}'",
                metadata.Count == 0 ? "no metadata" : $"only {string.Join(", ", metadata.Keys.Take(8))}");

        T Parse<T>(string key, string expected, Func<T, bool> holds)
        {
            string text = Text(key);
            try
            {
                if (JsonSerializer.Deserialize<T>(text) is { } value && holds(value))
                    return value;
            }
            catch (JsonException)
            {
                // Said below, with the text itself.
            }
            throw Bad(path, $"metadata '{key}' with {expected}", $"'{(text.Length > 60 ? text[..60] + "..." : text)}'");
        }
    }

    private static bool IsColour(float[] values) =>
        values.Length == NetworkSpec.ImageChannels && values.All(v => v is >= 0 and <= 1);

    private static CheckpointException Bad(string path, string expected, string found) =>
        new("Model", path, $"{expected} was expected", found, "Pass a model.safetensors that mansharp train wrote");
}
