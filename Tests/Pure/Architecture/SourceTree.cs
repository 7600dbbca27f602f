using System.Xml.Linq;

namespace ManSharp.Tests.Pure.Architecture;

/// <summary>A file of the repository: its path with forward slashes, and its text.</summary>
internal readonly record struct SourceFile(string Path, string Text)
{
    /// <summary>Whether it lies in a folder of the repository.</summary>
    internal bool IsUnder(string folder) => Path.StartsWith(folder + "/", StringComparison.Ordinal);

    /// <summary>The attributes Include (or another) of all elements of a name, where the file is XML.</summary>
    internal IEnumerable<string> Attributes(string element, string attribute = "Include") =>
        XDocument.Parse(Text).Descendants(element).Select(e => e.Attribute(attribute)?.Value).OfType<string>();
}

/// <summary>The text files whose rules are tested.</summary>
internal static class SourceTree
{
    private static readonly string[] built = ["bin", "obj", ".git", "runs", "TestResults"];

    /// <summary>Code, project files and properties of the repository; nothing that a build made.</summary>
    internal static IReadOnlyList<SourceFile> Read(string folder)
    {
        var files = new List<SourceFile>();
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(folder, path).Replace('\\', '/');
            if (Path.GetExtension(path) is ".cs" or ".csproj" or ".props" && !relative.Split('/').Any(built.Contains))
                files.Add(new SourceFile(relative, File.ReadAllText(path)));
        }
        return files;
    }
}
