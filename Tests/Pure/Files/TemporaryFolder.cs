namespace ManSharp.Tests.Pure.Files;

/// <summary>A folder of one test, gone with it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("mansharp-").FullName;

    public string this[string name] => Path.Combine(_path, name);

    public string[] Files => [.. Directory.GetFiles(_path).Select(file => Path.GetFileName(file)).Order()];

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
