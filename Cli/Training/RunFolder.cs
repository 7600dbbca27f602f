using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ManSharp.Cli.Training;

/// <summary>
/// A run's own folder. Every file in it is whole at every moment: written under a temporary name and renamed, or, for
/// metrics.jsonl, grown by whole lines.
/// </summary>
internal sealed class RunFolder
{
    internal const string ModelName = "model.safetensors";

    private const string Root = "runs";

    private static readonly JsonSerializerOptions indented = Json(writeIndented: true);
    private static readonly JsonSerializerOptions line = Json(writeIndented: false);

    private readonly bool madeHere;

    private RunFolder(string path, bool madeHere) => (Path, this.madeHere) = (path, madeHere);

    internal string Path { get; }

    internal string Model => File(ModelName);

    /// <summary>Refuses a folder that <see cref="Create"/> would refuse; writes nothing.</summary>
    internal static void Check(string? path)
    {
        if (path is null)
            return;
        if (path.Length == 0)
            throw new InputException("--out: a folder's path was expected. Got ''. Give a new name.");
        if (System.IO.File.Exists(path))
            throw new InputException(
                $"--out: a new or empty folder was expected. Got the file '{path}'. Give a new name.");
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
            throw new InputException(
                $"--out: a new or empty folder was expected. Got '{path}', which is not empty. Give a new name.");
    }

    /// <summary>Makes the named folder, or one of the run's own under runs/.</summary>
    internal static RunFolder Create(string? path, string name)
    {
        Check(path);
        bool madeHere = path is null || !Directory.Exists(path);
        path ??= Unused(System.IO.Path.Combine(
            Root, $"{DateTime.Now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}-{name}"));
        Directory.CreateDirectory(path);
        return new RunFolder(path, madeHere);
    }

    internal void Write(string name, object document) =>
        WriteWhole(name, JsonSerializer.Serialize(document, indented) + "\n");

    /// <summary>Adds a line to metrics.jsonl.</summary>
    internal void Append(EpochRecord record)
    {
        using var file = new FileStream(File("metrics.jsonl"), FileMode.Append, FileAccess.Write, FileShare.Read);
        file.Write([.. JsonSerializer.SerializeToUtf8Bytes(record, line), (byte)'\n']);
    }

    /// <summary>Removes what was written, and the folder where it was made for the run.</summary>
    internal void Discard()
    {
        foreach (string file in Directory.EnumerateFiles(Path))
            System.IO.File.Delete(file);
        if (madeHere)
            Directory.Delete(Path);
    }

    private string File(string name) => System.IO.Path.Combine(Path, name);

    private void WriteWhole(string name, string text)
    {
        string temporary = File($"{name}.tmp");
        System.IO.File.WriteAllText(temporary, text);
        System.IO.File.Move(temporary, File(name), overwrite: true);
    }

    private static string Unused(string path)
    {
        string candidate = path;
        for (int number = 2; System.IO.Path.Exists(candidate); number++)
            candidate = $"{path}-{number}";
        return candidate;
    }

    private static JsonSerializerOptions Json(bool writeIndented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = writeIndented,
    };
}
