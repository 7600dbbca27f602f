using ManSharp.Layers.Files;
using ManSharp.LocalLearning.Recorded;
using ManSharp.Tensors;
using ManSharp.Tests.Pure.Files;
using Xunit;

namespace ManSharp.Tests.Whole.Training;

/// <summary>Files that are no recorded runs, or whose metadata and tensors do not fit: one message with names each.</summary>
public sealed class HostileRunTests : IDisposable
{
    private static readonly Lazy<Recording> Valid = new(() => Recording.Of(TrainingSetup.Plan("man"), batch: 3));

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("config")]
    [InlineData("block_ends")]
    [InlineData("batch")]
    [InlineData("steps")]
    [InlineData("lr")]
    [InlineData("weight_decay")]
    [InlineData("sgd")]
    public void Missing_metadata(string key) => Refuses(
        recording =>
        {
            if (key == "config")
                recording.Config.Clear();
            recording.Metadata.Remove(key);
        },
        $"no metadata '{key}'");

    [Theory]
    [InlineData("config", "{", "metadata that describes a training run")]
    [InlineData("config", "[]", "metadata that describes a training run")]
    [InlineData("block_ends", "0,1", "block ends from 0 to 2")]
    [InlineData("block_ends", "ends: 0,x,2", "'x'")]
    [InlineData("block_ends", "", "block ends from 0 to 2")]
    [InlineData("batch", "0", "'0' where a positive number")]
    [InlineData("batch", "2000000000", "at most 2147483647 values")]
    [InlineData("steps", "-3", "'-3'")]
    [InlineData("steps", "4", "step3.losses")]
    [InlineData("lr", "fast", "'fast'")]
    [InlineData("sgd", "plain", "metadata that describes a training run")]
    [InlineData("noise", "{\"eval.logits\":", "noise")]
    [InlineData("noise", "null", "noise")]
    public void Metadata_that_cannot_be(string key, string value, string part) => Refuses(
        recording =>
        {
            if (key == "config")
                recording.Config.Clear();
            recording.Metadata[key] = value;
        },
        part);

    [Theory]
    [InlineData("Arch", "vgg11", "'vgg11'")]
    [InlineData("Arch", null, "Arch")]
    [InlineData("Method", "dgl", "'dgl'")]
    [InlineData("Method", null, "Method")]
    [InlineData("Loss", "mse", "'mse'")]
    [InlineData("Aux", "1c2g", "'1c2g'")]
    [InlineData("Aux", null, "Aux")]
    [InlineData("Aux", "2c2f", "init.heads.0.3.weight")]
    [InlineData("Size", 16, "input [3, 3, 16, 16]")]
    [InlineData("Size", 0, "[3, 0, 0, 3]")]
    [InlineData("Size", -8, "[3, -8, -8, 3]")]
    [InlineData("Size", "8", "metadata that describes a training run")]
    [InlineData("Classes", 2, "init.fc64.weight [4, ...] where 2 classes")]
    [InlineData("Classes", 50_000_000, "init.fc64.weight [4, ...] where 50000000 classes")]
    [InlineData("Classes", 0, "init.fc64.weight")]
    [InlineData("Method", "infopro", "init.decoders.0.decoder.0.weight")]
    [InlineData("Method", "man-lb", "EMA.0")]
    [InlineData("Arch", "resnet14", "block ends from 0 to 5")]
    public void Configurations_that_do_not_fit(string key, object? value, string part) =>
        Refuses(recording => recording.Config[key] = value, part);

    [Theory]
    [InlineData("2", "init.")]
    [InlineData("0,2", "init.")]
    public void Another_number_of_blocks(string ends, string part) =>
        Refuses(recording => recording.Metadata["block_ends"] = ends, part);

    [Theory]
    [InlineData("init.conv1.weight")]
    [InlineData("init.heads.0.0.weight")]
    [InlineData("init.fc64.bias")]
    [InlineData("init.EMA.1.bn2.running_var")]
    [InlineData("input")]
    [InlineData("pixels")]
    [InlineData("step1.losses")]
    public void Missing_tensors(string name) => Refuses(recording => Assert.True(recording.Tensors.Remove(name)), name);

    [Theory]
    [InlineData("init.conv1.weight", new[] { 16, 3, 9 })]
    [InlineData("init.layers.1.conv1.weight", new[] { 16, 32, 3, 3 })]
    [InlineData("init.heads.0.0.weight", new int[0])]
    [InlineData("init.decoders.0.decoder.0.weight", new int[0])]
    [InlineData("init.decoders.0.decoder.0.weight", new[] { 10_000_000, 0 })]
    [InlineData("init.heads.1.6.weight", new[] { 10_000_000, 0 })]
    [InlineData("input", new[] { 3, 8, 8, 3 })]
    [InlineData("step0.losses", new[] { 3, 3 })]
    [InlineData("update.conv1.weight", new[] { 432 })]
    [InlineData("grad0.fc64.bias", new[] { 2, 2 })]
    [InlineData("eval.logits", new[] { 4, 3 })]
    public void Wrong_shapes(string name, int[] shape) => Refuses(
        recording => recording.Tensors[name] = (shape, new float[shape.Aggregate(1, (product, length) => product * length)]),
        name);

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    [InlineData(int.MaxValue)]
    public void Labels_out_of_range(int label) =>
        Refuses(recording => recording.Labels[1] = label, $"labels from 0 to 3. Got: {label}.");

    [Fact]
    public void Too_few_labels() => Refuses(recording => recording.Labels = [0, 1], "target [3]");

    [Fact]
    public void A_tensor_too_many() => Refuses(
        recording => recording.Tensors["init.layers.3.conv1.weight"] = ([1], [0]), "init.layers.3.conv1.weight");

    [Fact]
    public void Numbers_that_are_none_fail()
    {
        Recording recording = Record();
        recording.Tensors["init.conv1.weight"].Values[7] = float.NaN;
        recording.Write(folder["run"]);
        using Device device = Device.Cpu(1);
        Verification verification = RecordedRun.Verify(folder["run"], device);
        Assert.False(verification.Passes);
        Assert.All(verification.Groups.Where(group => group.Name != "ema"), group => Assert.False(group.Passes, group.Name));
    }

    private static Recording Record() => Valid.Value.Copy();

    private void Refuses(Action<Recording> spoil, string part)
    {
        Recording recording = Record();
        spoil(recording);
        recording.Write(folder["run"]);
        using Device device = Device.Cpu(1);
        var error = Assert.Throws<CheckpointException>(() => RecordedRun.Verify(folder["run"], device));
        Assert.Contains(folder["run"], error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }
}
