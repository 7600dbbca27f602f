namespace ManSharp.Tensors.Cpu.Convolution;

/// <summary>
/// Where the windows of an image lie. A window is a row of <see cref="Width"/> neighbouring pixels, hence contiguous in
/// memory; one that reaches over the image's edge is copied, padded with zeros, into a slot of a small buffer, and a
/// window that is outside altogether is slot 0. So the inner loops know no padding.
/// </summary>
internal sealed class EdgeWindows(int height, int width, int channels, int windowWidth)
{
    private readonly Dictionary<(int Row, int Column, int Pixels), int> slots = [];
    private readonly List<Copy> copies = [];

    /// <summary>One slot to fill: zeros, then values from the image, then zeros.</summary>
    internal readonly record struct Copy(int Source, int Lead, int Length);

    /// <summary>Pixels of the widest window.</summary>
    internal int Width => windowWidth;

    /// <summary>Values of a slot; a few more than the window, since register tiles read in groups of six.</summary>
    internal int SlotLength => SlotLengthOf(windowWidth * channels);

    /// <summary>The slots to fill for one band, from slot 1 on.</summary>
    internal IReadOnlyList<Copy> Copies => copies;

    internal static int SlotLengthOf(int windowLength) => windowLength + 8;

    /// <summary>Forgets the slots: a new band begins.</summary>
    internal void BeginBand()
    {
        slots.Clear();
        copies.Clear();
    }

    /// <summary>The code of the window of <paramref name="pixels"/> pixels that begins at a row and column, which may be outside.</summary>
    internal int Code(int row, int column, int pixels)
    {
        int first = Math.Max(column, 0), end = Math.Min(column + pixels, width);
        if (row < 0 || row >= height || first >= end)
            return ~0;
        if (first == column && end == column + pixels)
            return (row * width + column) * channels;
        if (!slots.TryGetValue((row, column, pixels), out int slot))
        {
            copies.Add(new Copy(
                (row * width + first) * channels, (first - column) * channels, (end - first) * channels));
            slot = copies.Count;
            slots.Add((row, column, pixels), slot);
        }
        return ~(slot * SlotLength);
    }

    /// <summary>Fills a band's slots from one image.</summary>
    internal static unsafe void Fill(ReadOnlySpan<Copy> copies, float* edges, int slotLength, float* image)
    {
        new Span<float>(edges, slotLength).Clear();
        for (int i = 0; i < copies.Length; i++)
        {
            var slot = new Span<float>(edges + (i + 1) * slotLength, slotLength);
            Copy copy = copies[i];
            slot[..copy.Lead].Clear();
            new ReadOnlySpan<float>(image + copy.Source, copy.Length).CopyTo(slot[copy.Lead..]);
            slot[(copy.Lead + copy.Length)..].Clear();
        }
    }
}
