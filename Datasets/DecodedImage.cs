namespace ManSharp.Datasets;

/// <summary>A decoded picture: <paramref name="Rgb"/> holds Height * Width * 3 bytes, row by row, red first.</summary>
public sealed record DecodedImage(int Height, int Width, byte[] Rgb);

/// <summary>The size of a picture in pixels, as its header states it.</summary>
public readonly record struct ImageSize(int Height, int Width)
{
    /// <summary>Width x height, the way people write it.</summary>
    public override string ToString() => $"{Width}x{Height}";
}
