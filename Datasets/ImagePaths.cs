namespace ManSharp.Datasets;

/// <summary>Which paths count as images.</summary>
internal static class ImagePaths
{
    public static bool IsImage(string path) =>
        (path.EndsWith(".jpg", StringComparison.OrdinalIgnoreCase) ||
         path.EndsWith(".jpeg", StringComparison.OrdinalIgnoreCase) ||
         path.EndsWith(".png", StringComparison.OrdinalIgnoreCase)) && !IsHidden(path);

    // ".thumbnails/x.png", and the "._x.jpg" and "__MACOSX/" that some archivers add.
    private static bool IsHidden(string path) =>
        path.StartsWith('.') || path.Contains("/.", StringComparison.Ordinal) ||
        path.StartsWith("__MACOSX/", StringComparison.Ordinal);
}
