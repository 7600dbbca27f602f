using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ManSharp.Cli.Training;

/// <summary>
/// A run's own folder. Every file in it is whole at every moment: written under a temporary name and renamed, or, for
/// metrics.jsonl, grown by whole lines. While the run goes on its configuration is held open, which
/// <see cref="IsHeld"/> sees from other processes; the system lets go of it when the process dies.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    internal const string ModelName = "model.safetensors";
    internal const string ConfigurationName = "config.json";
    internal const string SummaryName = "summary.json";
    internal const string MetricsName = "metrics.jsonl";

    private const string Root = "runs";

    private static readonly JsonSerializerOptions indented = Json(writeIndented: true);
    private static readonly JsonSerializerOptions line = Json(writeIndented: false);

    private readonly bool madeHere;
    private FileStream? held;

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

    /// <summary>Refuses what is no folder of a run, or lacks one of its files.</summary>
    /// <param name="role">How messages call it.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="files">Names of the files that must be there, in the order in which a run writes them.</param>
    internal static void Require(string role, string folder, params ReadOnlySpan<string> files)
    {
        if (!Directory.Exists(folder))
            throw new InputException(
                $"{role}: a folder that mansharp train wrote was expected. Got '{folder}', "
                + (System.IO.File.Exists(folder) ? "a file. Give its folder." : "which does not exist. Check the path."));
        foreach (string file in files)
            if (!System.IO.File.Exists(System.IO.Path.Combine(folder, file)))
                throw new InputException(
                    $"{role}: '{folder}' with {file} was expected. Got none. Give a folder that mansharp train wrote; "
                    + $"a run that did not end its first epoch has no {MetricsName} and no model.");
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

    internal void Write(string name, object document) => WriteWhole(File(name), Text(document));

    /// <summary>Writes config.json, the first file of a run, and holds it until the run ends.</summary>
    internal void WriteConfiguration(object document)
    {
        string temporary = File($"{ConfigurationName}.tmp");
        System.IO.File.WriteAllText(temporary, Text(document));
        // Held before it has its name: at no moment is there a configuration that looks left alone.
        held = new FileStream(temporary, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        System.IO.File.Move(temporary, File(ConfigurationName), overwrite: true);
    }

    /// <summary>Whether a process is training into the folder now.</summary>
    internal static bool IsHeld(string folder)
    {
        string configuration = System.IO.Path.Combine(folder, ConfigurationName);
        if (!System.IO.File.Exists(configuration))
            return false;
        try
        {
            using var alone = new FileStream(configuration, FileMode.Open, FileAccess.Read, FileShare.None);
            return false;
        }
        catch (IOException exception) when (exception is not FileNotFoundException)
        {
            return true;
        }
    }

    /// <summary>A document as it is written to a folder: JSON, indented, with a line feed at its end.</summary>
    internal static string Text(object document) => JsonSerializer.Serialize(document, indented) + "\n";

    /// <summary>Adds a line to metrics.jsonl.</summary>
    internal void Append(EpochRecord record)
    {
        using var file = new FileStream(File(MetricsName), FileMode.Append, FileAccess.Write, FileShare.Read);
        file.Write([.. JsonSerializer.SerializeToUtf8Bytes(record, line), (byte)'\n']);
    }

    /// <summary>Removes what was written, and the folder where it was made for the run.</summary>
    internal void Discard()
    {
        Dispose();
        foreach (string file in Directory.EnumerateFiles(Path))
            System.IO.File.Delete(file);
        if (madeHere)
            Directory.Delete(Path);
    }

    public void Dispose()
    {
        held?.Dispose();
        held = null;
    }

    private string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a text under a name of this process and gives it its own when it is complete.</summary>
    internal static void WriteWhole(string path, string text)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        System.IO.File.WriteAllText(temporary, text);
        System.IO.File.Move(temporary, path, overwrite: true);
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
