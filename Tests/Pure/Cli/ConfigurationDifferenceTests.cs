using System.Text.Json;
using ManSharp.Cli.Sweeps;
using Xunit;

namespace ManSharp.Tests.Pure.Cli;

public sealed class ConfigurationDifferenceTests
{
    private const string Wanted =
        """
        {"version":"2","data":{"source":"a","trainImages":10,"classes":["x","y"],"mean":[0.5,0.25]},
        "method":{"name":"man","head":"1c2f","segments":null,"weights":{"labelFirst":1}},
        "seed":9007199254740993,"threads":2,"device":"cpu"}
        """;

    [Theory]
    [InlineData("")]
    [InlineData("\"2\"", "\"1+abc\"", "\"a\"", "\"/elsewhere/a\"")]
    [InlineData("\"threads\":2", "\"threads\":1", "\"cpu\"", "\"cuda:0\"")]
    [InlineData("\"man\"", "\"infopro+man\"")]
    [InlineData("0.25", "0.2500001")]
    [InlineData("\"segments\":null,", "")]
    [InlineData("\"seed\"", "\"precision\":\"fp32\",\"selfTest\":\"passed\",\"seed\"")]
    [InlineData("\"seed\"", "\"smoothing\":0,\"precise\":false,\"crop\":null,\"seed\"")]
    public void Where_and_by_what_a_run_was_made_does_not_count(params string[] replacements) =>
        Assert.Null(Find(replacements));

    [Theory]
    [InlineData("data.trainImages", "10", "11", "\"trainImages\":10", "\"trainImages\":11")]
    [InlineData("data.classes", "[\"x\",\"y\"]", "[\"x\",\"z\"]", "\"y\"", "\"z\"")]
    [InlineData("data.classes", "[\"x\",\"y\"]", "[\"x\"]", ",\"y\"", "")]
    [InlineData("data.mean", "[0.5,0.25]", "[0.5,0.251]", "0.25", "0.251")]
    [InlineData("method.name", "\"man\"", "\"dgl\"", "\"man\"", "\"dgl\"")]
    [InlineData("method.head", "\"1c2f\"", "none", "\"head\":\"1c2f\",", "")]
    [InlineData("method.head", "\"1c2f\"", "null", "\"1c2f\"", "null")]
    [InlineData("method.segments", "null", "3", "null", "3")]
    [InlineData("method.weights.labelFirst", "1", "0.5", ":1}", ":0.5}")]
    [InlineData("method.weights", "{\"labelFirst\":1}", "2", "{\"labelFirst\":1}", "2")]
    [InlineData("seed", "9007199254740993", "9007199254740992", "740993", "740992")]
    [InlineData("precision", "none", "\"tf32\"", "\"seed\"", "\"precision\":\"tf32\",\"seed\"")]
    [InlineData("smoothing", "none", "0.1", "\"seed\"", "\"smoothing\":0.1,\"seed\"")]
    public void Anything_else_does(string key, string wanted, string found, params string[] replacements) =>
        Assert.Equal((key, wanted, found), Find(replacements));

    // Compares with the same text after replacements in pairs.
    private static (string, string, string)? Find(string[] replacements)
    {
        string text = Wanted;
        for (int i = 0; i + 1 < replacements.Length; i += 2)
        {
            Assert.Contains(replacements[i], text);
            text = text.Replace(replacements[i], replacements[i + 1], StringComparison.Ordinal);
        }
        using JsonDocument a = JsonDocument.Parse(Wanted), b = JsonDocument.Parse(text);
        return ConfigurationDifference.Find(a.RootElement, b.RootElement);
    }
}
