using ManSharp.Tests.Pure.Datasets;

namespace ManSharp.Tests.Whole.Cli;

/// <summary>One short training run that several tests look at.</summary>
public sealed class TinyRun : IDisposable
{
    private readonly ScratchFolder scratch = new();

    public TinyRun()
    {
        Result = Train("run", "--threads", "1").Succeeded();
    }

    internal CliProcess.Result Result { get; }

    internal string Working => scratch.Path;

    internal string Folder => Path.Combine(scratch.Path, "run");

    internal string Model => Path.Combine(Folder, "model.safetensors");

    /// <summary>The same run again, into another folder, with other options where they are given.</summary>
    internal CliProcess.Result Train(string folder, params string[] more) => CliProcess.Run(scratch.Path, [
        "train", "--network", "resnet8", "--blocks", "3", "--limit", "96", "--batch", "32", "--epochs", "2",
        "--seed", "7", "--out", folder, .. more,
    ]);

    public void Dispose() => scratch.Dispose();
}
