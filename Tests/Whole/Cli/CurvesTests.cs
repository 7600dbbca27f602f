using System.Xml.Linq;
using Xunit;

namespace ManSharp.Tests.Whole.Cli;

public sealed class CurvesTests(TinyRun run) : IClassFixture<TinyRun>
{
    [Fact]
    public void A_run_is_drawn_with_its_blocks_heads_and_runs_beside_each_other()
    {
        string output = Curves("run").Succeeded().Output;
        Assert.Contains("resnet8, man, 3 blocks; after epoch 2 test", output);
        XElement own = Read("run/curves.svg");
        foreach (string text in new[] { "resnet8: man, 3 blocks", "heads of blocks 1 to 2", "test images", "epoch" })
            Assert.Contains(own.Descendants(), element => element.Value.Contains(text));
        // Two points a curve, and one in the legend.
        Assert.Equal(2 * (2 + 1), Marks(own));

        run.Train("bp", "--method", "bp").Succeeded();
        Curves("run", "bp", "--out", "both.svg").Succeeded();
        XElement both = Read("both.svg");
        foreach (string text in new[] { "man, 3 blocks", "bp, end to end" })
            Assert.Contains(both.Descendants(), element => element.Value == text);
        Assert.Equal(2 * (2 + 1), Marks(both));

        // Runs of one method are told apart by their folders.
        Curves("run", "run/").Succeeded();
        Assert.Contains(Read("curves.svg").Descendants(), element => element.Value == "run");
    }

    [Fact]
    public void What_is_no_run_is_refused()
    {
        Curves("nowhere").RefusedWith("'nowhere'", "does not exist");
        Curves(run.Model).RefusedWith("a folder", "Give its folder");
        string folder = Directory.CreateDirectory(Path.Combine(run.Working, "begun")).FullName;
        Curves("begun").RefusedWith("'begun' with config.json", "Got none");
        File.Copy(Path.Combine(run.Folder, "config.json"), Path.Combine(folder, "config.json"));
        Curves("begun").RefusedWith("'begun' with metrics.jsonl", "did not end its first epoch");
        foreach (string line in new[] { "", "\n", "{\"epoch\":1", "{\"epoch\":1,\"blocks\":[]}", "null", "[1]" })
        {
            File.WriteAllText(Path.Combine(folder, "metrics.jsonl"), line);
            Curves("begun").RefusedWith("metrics.jsonl", "Got something else");
        }
        File.WriteAllText(Path.Combine(folder, "config.json"), "{\"network\": 1}");
        Curves("begun").RefusedWith("config.json", "Got something else");
        Curves([.. Enumerable.Repeat("run", 9)]).RefusedWith("at most 8", "Got 9");
        Curves("run", "--out", "no/such.svg").RefusedWith("--out", "'no/such.svg'");
        Curves("run", "--out", "begun").RefusedWith("--out", "'begun'");
    }

    private static int Marks(XElement svg) =>
        svg.Descendants().Count(element => element.Name.LocalName is "ellipse" or "circle");

    private CliProcess.Result Curves(params string[] arguments) =>
        CliProcess.Run(run.Working, ["curves", .. arguments]);

    private XElement Read(string path)
    {
        XElement svg = XDocument.Load(Path.Combine(run.Working, path)).Root!;
        Assert.Equal("svg", svg.Name.LocalName);
        return svg;
    }
}
