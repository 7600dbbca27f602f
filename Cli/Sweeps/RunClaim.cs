namespace ManSharp.Cli.Sweeps;

/// <summary>
/// A run of a sweep that this process alone may make: a locked file OUT/.claims/NAME. The system lets go of the lock
/// when the process ends, however it ends, so there is no stale claim. The empty files stay, for a file that is removed
/// and made again could be locked twice.
/// </summary>
internal sealed class RunClaim : IDisposable
{
    private const string Folder = ".claims";

    private readonly FileStream file;

    private RunClaim(FileStream file) => this.file = file;

    /// <summary>Claims a run; null where another process has it.</summary>
    internal static RunClaim? TryTake(string output, string name)
    {
        string folder = Path.Combine(output, Folder);
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, name);
        try
        {
            return new RunClaim(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    /// <summary>Lets others have the run.</summary>
    public void Dispose() => file.Dispose();
}
