using Xunit;

namespace ManSharp.Tests;

/// <summary>Finds files that lie beside the repository and are not part of it.</summary>
internal static class SharedFiles
{
    /// <summary>The path of ../shared/NAME seen from the repository; skips the test where there is none.</summary>
    public static string Find(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ManSharp.sln")))
            folder = folder.Parent;
        Assert.SkipWhen(folder?.Parent is null, "the tests do not run inside the repository");
        string path = Path.Combine(folder!.Parent!.FullName, "shared", name);
        Assert.SkipUnless(Path.Exists(path), $"needs ../shared/{name}, which is absent");
        return path;
    }
}
