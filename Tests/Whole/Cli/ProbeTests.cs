using System.Text.Json;
using System.Xml.Linq;
using ManSharp.Tests.Pure.Datasets;
using Xunit;

namespace ManSharp.Tests.Whole.Cli;

public sealed class ProbeTests(TinyRun run) : IClassFixture<TinyRun>
{
    [Fact]
    public void A_run_is_probed_and_compared_behind_each_of_its_blocks()
    {
        run.Train("bp", "--method", "bp").Succeeded();
        string output = Probe("run", "--reference", "bp", "--images", "300", "--out", "both").Succeeded().Output;
        Assert.DoesNotContain('\u001b', output);
        Assert.Contains("block  units", output);
        using JsonDocument document = Read("both/probe.json");
        JsonElement root = document.RootElement;
        Assert.Equal(AccuracyOf("run"), root.GetProperty("run").GetProperty("testAccuracy").GetDouble());
        Assert.Equal(AccuracyOf("bp"), root.GetProperty("reference").GetProperty("testAccuracy").GetDouble());
        Assert.Equal((96, 2000, 300), (
            root.GetProperty("trainImages").GetInt32(), root.GetProperty("testImages").GetInt32(),
            root.GetProperty("comparedImages").GetInt32()));
        JsonElement[] blocks = [.. root.GetProperty("blocks").EnumerateArray()];
        Assert.Equal([1, 2, 3], blocks.Select(block => block.GetProperty("lastUnit").GetInt32()));
        Assert.Equal([256, 512, 1024], blocks.Select(block => block.GetProperty("features").GetInt32()));
        foreach (JsonElement block in blocks)
        {
            foreach (string name in new[] { "accuracy", "referenceAccuracy" })
                Assert.InRange(block.GetProperty(name).GetDouble(), 0.02, 0.98);
            double cka = block.GetProperty("cka").GetDouble(), chance = block.GetProperty("ckaByChance").GetDouble();
            Assert.True(chance > 0 && chance < cka && cka < 0.999, $"{chance}, {cka}");
        }
        foreach (string picture in new[] { "both/probe.svg", "both/cka.svg" })
        {
            XElement svg = XDocument.Load(Path.Combine(run.Working, picture)).Root!;
            Assert.Equal("svg", svg.Name.LocalName);
            Assert.Contains(svg.Descendants(), element => element.Value.Contains("block's end"));
            Assert.True(svg.Descendants().Count(element => element.Name.LocalName is "ellipse" or "circle") >= 6);
        }
    }

    [Fact]
    public void A_run_is_like_itself_and_the_result_does_not_depend_on_the_number_of_threads()
    {
        Probe("run", "--reference", "run", "--images", "64", "--threads", "1", "--out", "itself").Succeeded();
        Probe("run", "--reference", "run", "--images", "64", "--threads", "2", "--out", "again").Succeeded();
        using JsonDocument document = Read("itself/probe.json");
        foreach (JsonElement block in document.RootElement.GetProperty("blocks").EnumerateArray())
        {
            Assert.Equal(1, block.GetProperty("cka").GetDouble(), 9);
            Assert.Equal(
                block.GetProperty("accuracy").GetDouble(), block.GetProperty("referenceAccuracy").GetDouble());
        }
        foreach (string file in new[] { "probe.json", "probe.svg", "cka.svg" })
            Assert.Equal(
                File.ReadAllText(Path.Combine(run.Working, "itself", file)),
                File.ReadAllText(Path.Combine(run.Working, "again", file)));
    }

    [Fact]
    public void Without_a_reference_there_is_no_comparison_and_a_run_end_to_end_is_probed_behind_every_unit()
    {
        run.Train("end", "--method", "bp").Succeeded();
        // An earlier comparison is not left beside what is no comparison.
        Probe("end", "--reference", "end", "--images", "10").Succeeded();
        Assert.True(File.Exists(Path.Combine(run.Working, "end/probe/cka.svg")));
        string output = Probe("end").Succeeded().Output;
        Assert.DoesNotContain("CKA", output);
        using JsonDocument document = Read("end/probe/probe.json");
        Assert.Equal(3, document.RootElement.GetProperty("blocks").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("reference").ValueKind);
        Assert.Equal(
            ["probe.json", "probe.svg"],
            Directory.EnumerateFiles(Path.Combine(run.Working, "end/probe")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void What_is_no_run_or_no_fitting_reference_is_refused()
    {
        Probe("nowhere").RefusedWith("'nowhere'", "does not exist");
        Probe(run.Model).RefusedWith("a folder", "Give its folder");
        Directory.CreateDirectory(Path.Combine(run.Working, "hollow"));
        Probe("hollow").RefusedWith("'hollow' with config.json", "Got none");
        File.Copy(Path.Combine(run.Folder, "config.json"), Path.Combine(run.Working, "hollow/config.json"));
        Probe("hollow").RefusedWith("'hollow' with model.safetensors", "did not end its first epoch");
        Probe("run", "--reference", "hollow").RefusedWith("--reference", "'hollow' with model.safetensors");
        File.Copy(run.Model, Path.Combine(run.Working, "hollow/model.safetensors"));
        File.WriteAllText(Path.Combine(run.Working, "hollow/config.json"), "{\"data\": 1}");
        Probe("hollow").RefusedWith("hollow/config.json", "the configuration of a run");
        CliProcess.Run(
            run.Working, "train", "--network", "resnet14", "--blocks", "1", "--limit", "32", "--batch", "32",
            "--epochs", "1", "--out", "deeper").Succeeded();
        Probe("run", "--reference", "deeper")
            .RefusedWith("a run of resnet8", "Got resnet14", "mansharp train --network resnet8 --method bp");
        Probe("run", "--epochs", "0").RefusedWith("--epochs", "'0'");
        Probe("run", "--out", "hollow").RefusedWith("--out", "'hollow' with '");
    }

    [Fact]
    public void Data_that_are_gone_or_of_other_classes_are_refused()
    {
        using var photos = new ScratchFolder();
        photos.WriteClasses("", classes: 2, images: 5);
        Probe("run", "--data", photos.Path).RefusedWith("the 10 classes of", "disc", "Got 2 (class0, class1)");
        string config = File.ReadAllText(Path.Combine(run.Folder, "config.json"));
        Directory.CreateDirectory(Path.Combine(run.Working, "moved"));
        File.Copy(run.Model, Path.Combine(run.Working, "moved/model.safetensors"));
        File.WriteAllText(
            Path.Combine(run.Working, "moved/config.json"),
            config.Replace("\"shapes\"", "\"/gone/photos\"", StringComparison.Ordinal));
        Probe("moved").RefusedWith("'/gone/photos'", "--data PATH");
        Assert.False(Directory.Exists(Path.Combine(run.Working, "moved/probe")));
        Probe("moved", "--data", "shapes").Succeeded();
    }

    // One epoch unless told otherwise.
    private CliProcess.Result Probe(params string[] arguments)
    {
        string[] epochs = arguments.Contains("--epochs") ? [] : ["--epochs", "1"];
        return CliProcess.Run(run.Working, ["probe", .. arguments, .. epochs]);
    }

    private double AccuracyOf(string folder)
    {
        using JsonDocument summary = Read($"{folder}/summary.json");
        return summary.RootElement.GetProperty("testAccuracy").GetDouble();
    }

    private JsonDocument Read(string path) => JsonDocument.Parse(File.ReadAllText(Path.Combine(run.Working, path)));
}
