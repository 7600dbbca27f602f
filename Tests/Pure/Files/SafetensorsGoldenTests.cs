using System.Text.Json;
using ManSharp.Layers.Files;
using Xunit;

namespace ManSharp.Tests.Pure.Files;

/// <summary>Files that another program wrote: recorded training runs, in the folder <c>shared/golden</c> beside the
/// repository.</summary>
public sealed class SafetensorsGoldenTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("man-resnet20-k4-ce.safetensors", 565, 4, "man")]
    [InlineData("infopro-resnet20-k4-contrast.safetensors", 353, 16, "infopro")]
    public void A_recorded_run_is_read(string name, int tensors, int batch, string method)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Golden(name));

        Assert.Equal(tensors, file.Entries.Length);
        using JsonDocument config = JsonDocument.Parse(file.Metadata["config"]);
        Assert.Equal("resnet20", config.RootElement.GetProperty("Arch").GetString());
        Assert.Equal(method, config.RootElement.GetProperty("Method").GetString());
        Assert.Equal(4, config.RootElement.GetProperty("K").GetInt32());
        using JsonDocument noise = JsonDocument.Parse(file.Metadata["noise"]);
        foreach (JsonProperty entry in noise.RootElement.EnumerateObject())
        {
            Assert.True(file.TryGet(entry.Name, out SafetensorsEntry? noisy), entry.Name);
            Assert.Equal("F32", noisy.Dtype);
            Assert.InRange(entry.Value.GetDouble(), 0, 1);
        }

        Assert.True(file.TryGet("input", out SafetensorsEntry? input));
        Assert.Equal([batch, 3, 32, 32], input.Shape);
        Assert.All(file.ReadInts("target"), target => Assert.InRange(target, 0, 9));
        Assert.All(file.ReadFloats("pixels"), pixel => Assert.InRange(pixel, 0, 1));
        Assert.True(file.TryGet("init.conv1.weight", out SafetensorsEntry? weight));
        Assert.Equal([16, 3, 3, 3], weight.Shape);
        Assert.All(file.Entries.Where(entry => entry.Dtype == "F32"),
            entry => Assert.DoesNotContain(file.ReadFloats(entry.Name), value => !float.IsFinite(value)));
    }

    [Theory]
    [InlineData("man-resnet20-k4-ce.safetensors")]
    [InlineData("infopro-resnet20-k4-contrast.safetensors")]
    public void A_recorded_run_is_written_again(string name)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Golden(name));
        var writer = new SafetensorsWriter();
        foreach ((string key, string text) in file.Metadata) writer.Metadata[key] = text;
        SafetensorsEntry[] floats = [.. file.Entries.Where(entry => entry.Dtype == "F32")];
        foreach (SafetensorsEntry entry in floats)
            writer.Add(entry.Name, [.. entry.Shape.Select(dimension => (int)dimension)],
                span => file.ReadFloats(entry.Name, span));
        writer.Write(_folder["copy"]);

        using SafetensorsFile copy = SafetensorsFile.Open(_folder["copy"]);
        Assert.Equal(file.Metadata.OrderBy(pair => pair.Key), copy.Metadata.OrderBy(pair => pair.Key));
        Assert.Equal(floats.Length, copy.Entries.Length);
        for (int i = 0; i < floats.Length; i++)
        {
            Assert.Equal(floats[i].Name, copy.Entries[i].Name);
            Assert.Equal(floats[i].Shape, copy.Entries[i].Shape);
            Assert.Equal(file.ReadFloats(floats[i].Name), copy.ReadFloats(floats[i].Name));
        }
    }

    private static string Golden(string name)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ManSharp.sln")))
            folder = folder.Parent;
        string path = Path.Combine(folder?.Parent?.FullName ?? "", "shared", "golden", name);
        if (!File.Exists(path)) Assert.Skip($"The recorded run {path} is not there.");
        return path;
    }
}
