using ManSharp.Layers.Files;
using Xunit;

namespace ManSharp.Tests.Whole.Cli;

/// <summary>Model files that are not what eval needs.</summary>
public sealed class EvalTests(TinyRun run) : IClassFixture<TinyRun>
{
    [Fact]
    public void A_truncated_model_is_refused()
    {
        byte[] whole = File.ReadAllBytes(run.Model);
        foreach (int length in new[] { 0, 7, 100, whole.Length - 4 })
        {
            File.WriteAllBytes(Path.Combine(run.Working, "short.safetensors"), whole[..length]);
            CliProcess.Run(run.Working, "eval", "short.safetensors").RefusedWith("short.safetensors");
        }
    }

    [Fact]
    public void A_model_with_a_missing_or_additional_tensor_or_another_shape_is_refused()
    {
        Refused(name => name == "bn1.bias" ? "bn1.bios" : name, shape => shape, "'bn1.bias' [16]");
        Refused(name => name == "fc.bias" ? "" : name, shape => shape, "'fc.bias' [10]");
        Refused(
            name => name, shape => shape is [32, 16, 3, 3] ? [16, 32, 3, 3] : shape, "'layer2.0.conv1.weight'",
            "[32, 16, 3, 3]", "[16, 32, 3, 3]");
    }

    [Fact]
    public void A_model_without_its_card_is_refused()
    {
        Refused(name => name, shape => shape, metadata => metadata.Clear(), "'classes'", "no metadata");
        Refused(name => name, shape => shape, metadata => metadata["image_size"] = "32.5", "'image_size'", "'32.5'");
        Refused(name => name, shape => shape, metadata => metadata["std"] = "[0,1,1]", "'std'", "'[0,1,1]'");
        Refused(name => name, shape => shape, metadata => metadata["network"] = "resnet9", "6 n + 2", "9");
        Refused(name => name, shape => shape, metadata => metadata["classes"] = """["a","b"]""", "'fc.weight'", "[2, 64]");
    }

    [Fact]
    public void Data_with_other_classes_is_refused()
    {
        using var photos = new Pure.Datasets.ScratchFolder();
        photos.WriteClasses("", classes: 2, images: 5);
        CliProcess.Run(run.Working, "eval", run.Model, "--data", photos.Path)
            .RefusedWith("the 10 classes of", "disc", "Got 2 (class0, class1)");
    }

    private void Refused(Func<string, string> rename, Func<int[], int[]> reshape, params string[] words) =>
        Refused(rename, reshape, _ => { }, words);

    // Copies the model with changes; a tensor whose new name is empty is left out.
    private void Refused(
        Func<string, string> rename, Func<int[], int[]> reshape, Action<IDictionary<string, string>> change,
        params string[] words)
    {
        using SafetensorsFile file = SafetensorsFile.Open(run.Model);
        var writer = new SafetensorsWriter();
        foreach ((string key, string value) in file.Metadata)
            writer.Metadata[key] = value;
        change(writer.Metadata);
        foreach (SafetensorsEntry entry in file.Entries)
            if (rename(entry.Name) is { Length: > 0 } name)
                writer.Add(name, reshape([.. entry.Shape.Select(length => (int)length)]), file.ReadFloats(entry.Name));
        writer.Write(Path.Combine(run.Working, "changed.safetensors"));
        CliProcess.Run(run.Working, "eval", "changed.safetensors").RefusedWith(words);
    }
}
