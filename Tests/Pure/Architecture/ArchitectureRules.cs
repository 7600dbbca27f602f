using System.Text.RegularExpressions;

namespace ManSharp.Tests.Pure.Architecture;

/// <summary>The rules of the house, as what breaks them.</summary>
internal static partial class ArchitectureRules
{
    private const string Packages = "Directory.Packages.props";

    // Who may use whom; arrows point one way.
    private static readonly Dictionary<string, string[]> mayUse = new()
    {
        ["Tensors"] = [],
        ["Autograd"] = ["Tensors"],
        ["Layers"] = ["Autograd", "Tensors"],
        ["LocalLearning"] = ["Layers", "Autograd", "Tensors"],
        ["Datasets"] = ["Tensors"],
        ["Cli"] = ["LocalLearning", "Layers", "Autograd", "Datasets", "Tensors"],
        ["Bench"] = ["LocalLearning", "Layers", "Autograd", "Datasets", "Tensors"],
        ["Bench/Peers"] = ["LocalLearning", "Layers", "Autograd", "Datasets", "Tensors"],
        ["Tests"] = ["Cli", "Bench", "LocalLearning", "Layers", "Autograd", "Datasets", "Tensors"],
        ["samples/CustomNetwork"] = ["LocalLearning", "Layers", "Autograd", "Datasets", "Tensors"],
    };

    private static readonly string[] mayLookInside = ["ManSharp.Tests", "ManSharp.Bench", "ILGPURuntime"];

    /// <summary>One line for everything that breaks a rule.</summary>
    internal static IReadOnlyList<string> Broken(IReadOnlyList<SourceFile> files) =>
    [
        .. Contained(files, "ILGPU", ["Tensors/Gpu", "Tests"], "Tensors/ManSharp.Tensors.csproj"),
        .. Contained(files, "TorchSharp", ["Bench/Peers"], "Bench/Peers/ManSharp.Peers.csproj"),
        .. References(files),
        .. PackageVersions(files),
        .. UntriedDevices(files),
    ];

    /// <summary>A library's names appear in some folders alone, its packages in one project.</summary>
    private static IEnumerable<string> Contained(
        IReadOnlyList<SourceFile> files, string library, string[] folders, string project)
    {
        var name = new Regex($@"\b{library}\s*[.;]");
        foreach (SourceFile file in Code(files).Where(file => !folders.Any(file.IsUnder)))
            if (name.IsMatch(Strip(file.Text)))
                yield return $"{file.Path}: {library} is named outside {string.Join(" and ", folders)}";
        foreach (SourceFile file in Projects(files).Where(file => file.Path != project))
            foreach (string package in file.Attributes("PackageReference"))
                if (package.StartsWith(library, StringComparison.Ordinal))
                    yield return $"{file.Path}: package {package} belongs into {project}";
    }

    private static IEnumerable<string> References(IReadOnlyList<SourceFile> files)
    {
        foreach (SourceFile file in Projects(files))
        {
            string folder = Folder(file.Path);
            if (!mayUse.TryGetValue(folder, out string[]? allowed))
            {
                yield return $"{file.Path}: the folder is in no table of who may use whom";
                continue;
            }
            foreach (string reference in file.Attributes("ProjectReference"))
            {
                string used = Folder(Path.GetRelativePath(".", Path.Combine(folder, reference)).Replace('\\', '/'));
                if (!allowed.Contains(used))
                    yield return $"{file.Path}: {folder} may not use {used}";
            }
            foreach (string friend in file.Attributes("InternalsVisibleTo"))
                if (!mayLookInside.Contains(friend))
                    yield return $"{file.Path}: {friend} may not look inside";
        }
    }

    private static IEnumerable<string> PackageVersions(IReadOnlyList<SourceFile> files)
    {
        string[] lines = files.Single(file => file.Path == Packages).Text.ReplaceLineEndings("\n").Split('\n');
        var known = new Dictionary<string, bool>();
        for (int i = 0; i < lines.Length; i++)
            if (PackageVersion().Match(lines[i]) is { Success: true } match)
                known[match.Groups[1].Value] =
                    i > 0 && lines[i - 1].TrimEnd().EndsWith("-->", StringComparison.Ordinal);
        foreach ((string package, bool commented) in known)
        {
            if (!commented)
                yield return $"{Packages}: {package} has no comment above it that says who uses it and why";
            if (!Projects(files).Any(file => file.Attributes("PackageReference").Contains(package)))
                yield return $"{Packages}: nobody uses {package}";
        }
        foreach (SourceFile file in Projects(files))
        {
            foreach (string package in file.Attributes("PackageReference").Where(p => !known.ContainsKey(p)))
                yield return $"{file.Path}: package {package} is not in {Packages}";
            foreach (string version in file.Attributes("PackageReference", "Version"))
                yield return $"{file.Path}: version {version} belongs into {Packages}";
        }
    }

    /// <summary>Commands open devices where they are tried, not past it.</summary>
    private static IEnumerable<string> UntriedDevices(IReadOnlyList<SourceFile> files)
    {
        string[] openers = ["Cli/Devices.cs", "Cli/DevicesCommand.cs"];
        foreach (SourceFile file in Code(files).Where(file => file.IsUnder("Cli") && !openers.Contains(file.Path)))
            if (DeviceMade().IsMatch(Strip(file.Text)))
                yield return $"{file.Path}: devices are opened in {openers[0]}, which tries them";
    }

    private static IEnumerable<SourceFile> Code(IReadOnlyList<SourceFile> files) =>
        files.Where(file => file.Path.EndsWith(".cs", StringComparison.Ordinal));

    private static IEnumerable<SourceFile> Projects(IReadOnlyList<SourceFile> files) =>
        files.Where(file => file.Path.EndsWith(".csproj", StringComparison.Ordinal));

    private static string Folder(string path) => Path.GetDirectoryName(path)!.Replace('\\', '/');

    // Comments may speak of anything; so may texts.
    private static string Strip(string code) => CommentOrText().Replace(code, "");

    [GeneratedRegex("<PackageVersion\\s+Include=\"([^\"]+)\"")]
    private static partial Regex PackageVersion();

    [GeneratedRegex(@"\bDevice\.(Parse|Cuda|OpenCl)\s*\(")]
    private static partial Regex DeviceMade();

    [GeneratedRegex(@"//[^\n]*|""(?:[^""\\\n]|\\.)*""")]
    private static partial Regex CommentOrText();
}
