namespace ManSharp.Cli.Probing;

/// <summary>What a person asked for.</summary>
internal sealed record ProbeSettings(
    string Run, string? Reference, string? Data, int Epochs, int Images, string? Out, DeviceChoice Device)
{
    /// <summary>The folder of the results.</summary>
    internal string Output => Out ?? Path.Combine(Run, "probe");
}
