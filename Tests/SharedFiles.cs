using Xunit;

namespace ManSharp.Tests;

/// <summary>Finds files that lie beside the repository and are not part of it.</summary>
internal static class SharedFiles
{
    /// <summary>The repository's folder; skips the test where it runs outside of one.</summary>
    public static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ManSharp.sln")))
            folder = folder.Parent;
        Assert.SkipWhen(folder?.Parent is null, "the tests do not run inside the repository");
        return folder!.FullName;
    }

    /// <summary>The path of ../shared/NAME seen from the repository; skips the test where there is none.</summary>
    public static string Find(string name)
    {
        string path = Path.Combine(Path.GetDirectoryName(Repository())!, "shared", name);
        Assert.SkipUnless(Path.Exists(path), $"needs ../shared/{name}, which is absent");
        return path;
    }
}
