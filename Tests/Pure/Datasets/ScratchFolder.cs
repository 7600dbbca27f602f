namespace ManSharp.Tests.Pure.Datasets;

/// <summary>A folder of its own for one test, deleted at its end.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mansharp-").FullName;

    public string Write(string name, byte[] content)
    {
        string path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Plain 4x4 images CLASS/0.png ... whose red is the number and whose green is the class.</summary>
    public void WriteClasses(string prefix, int classes, int images)
    {
        for (int c = 0; c < classes; c++)
        {
            for (int i = 0; i < images; i++)
                Write($"{prefix}class{c}/{i:000}.png", PngFile.Plain(4, 4, (byte)i, (byte)c, 7));
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
