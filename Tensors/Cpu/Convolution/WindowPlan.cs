using ManSharp.Tensors.Cpu.Simd;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu.Convolution;

/// <summary>
/// How a forward pass or an input gradient runs over one image: which windows each tile of 6 output pixels reads,
/// row of the kernel by row. Made once a geometry. An input gradient with stride s falls into its phases
/// (<see cref="StridePhase"/>); each phase is a stride-1 convolution with its share of the kernel, flipped. With groups of
/// channels the window of a group is not contiguous: each tap is a line of its own, one pixel wide.
/// </summary>
internal sealed class WindowPlan
{
    // Bytes of input that a band of tiles reads: it stays in the second-level cache while the panels pass over it.
    private const int BandBytes = 128 * 1024;

    // Chunks below which small batches are cut within the image.
    private const int LeastChunks = 32;

    private readonly List<int> lines = [];
    private readonly List<int> outputs = [];
    private readonly List<TileEntry> tiles = [];
    private readonly List<Band> bands = [];
    private readonly List<EdgeWindows.Copy> copies = [];
    private readonly List<Phase> phases = [];

    private WindowPlan(Conv2dGeometry g, Conv2dPass pass)
    {
        Geometry = g;
        Pass = pass;
        bool forward = pass == Conv2dPass.Forward;
        Columns = forward ? g.GroupOutputs : g.GroupInputs;
        Channels = forward ? g.GroupInputs : g.GroupOutputs;
        PanelColumns = PanelWidth.For(Columns);
        GroupPanels = (Columns + PanelColumns - 1) / PanelColumns;
        Panels = g.Groups * GroupPanels;
    }

    /// <summary>One share of the kernel: rows, pixels of a window, and where its packed rows begin, in rows of a panel.</summary>
    internal readonly record struct Phase(int FirstRow, int FirstColumn, int Rows, int WindowPixels, int PackedRow);

    /// <summary>Six output pixels: their phase and their lines in the table.</summary>
    internal readonly record struct TileEntry(int Phase, int FirstLine, int LineCount);

    /// <summary>Tiles that one chunk does, and the edge slots they want.</summary>
    internal readonly record struct Band(int FirstTile, int TileCount, int FirstCopy, int CopyCount);

    internal Conv2dGeometry Geometry { get; }

    internal Conv2dPass Pass { get; }

    /// <summary>Channels of the input of this pass, of one group.</summary>
    internal int Channels { get; }

    /// <summary>Channels of the output of this pass, of one group.</summary>
    internal int Columns { get; }

    internal int PanelColumns { get; }

    /// <summary>Panels of one group of channels.</summary>
    internal int GroupPanels { get; }

    internal int Panels { get; }

    /// <summary>Packed rows of one panel, <see cref="PanelColumns"/> values each.</summary>
    internal int PanelRows { get; private set; }

    internal int PackedLength => Panels * PanelRows * PanelColumns;

    internal int SlotLength { get; private set; }

    /// <summary>Values of a worker's edge buffer.</summary>
    internal int EdgeLength { get; private set; }

    internal Phase[] Phases { get; private set; } = [];

    internal TileEntry[] Tiles { get; private set; } = [];

    internal Band[] Bands { get; private set; } = [];

    internal EdgeWindows.Copy[] Copies { get; private set; } = [];

    /// <summary>The window table, pinned: <see cref="RegisterTile.LineInts"/> ints a line.</summary>
    internal int[] Lines { get; private set; } = [];

    /// <summary>Six output offsets a tile, pinned.</summary>
    internal int[] Outputs { get; private set; } = [];

    /// <summary>Scratch values of a pass: the packed weights.</summary>
    internal static int Scratch(Conv2dGeometry g, Conv2dPass pass)
    {
        bool forward = pass == Conv2dPass.Forward;
        if (Conv2dPlan.IsNarrow(g, pass))
            return g.R * NarrowTile.Columns * NarrowTile.Padded(g.S * g.C);
        int columns = forward ? g.GroupOutputs : g.GroupInputs, panel = PanelWidth.For(columns);
        return g.Groups * ((columns + panel - 1) / panel) * panel * g.R * g.S * (forward ? g.GroupInputs : g.GroupOutputs);
    }

    /// <summary>Values of a window of a phase.</summary>
    internal int WindowLength(Phase phase) => (TapByTap ? 1 : phase.WindowPixels) * Channels;

    private bool TapByTap => Geometry.Groups > 1;

    internal static WindowPlan Create(Conv2dGeometry g, Conv2dPass pass)
    {
        var plan = new WindowPlan(g, pass);
        if (pass == Conv2dPass.Forward)
            plan.PlanForward();
        else
            plan.PlanInputGradient();
        plan.Freeze();
        return plan;
    }

    private void PlanForward()
    {
        Conv2dGeometry g = Geometry;
        phases.Add(new Phase(0, 0, g.R, g.S, 0));
        PanelRows = g.R * g.S * Channels;
        var pixels = new List<(int Row, int Column)>(g.P * g.Q);
        for (int p = 0; p < g.P; p++)
            for (int q = 0; q < g.Q; q++)
                pixels.Add((p, q));
        var edges = new EdgeWindows(g.H, g.W, g.C, TapByTap ? 1 : g.S);
        Cut([(0, pixels)], edges, g.Q,
            (pixel, row) => (pixel.Row * g.Stride + row - g.Padding, pixel.Column * g.Stride - g.Padding));
    }

    private void PlanInputGradient()
    {
        Conv2dGeometry g = Geometry;
        var groups = new List<(int, List<(int, int)>)>();
        int widest = 1;
        for (int index = 0; index < StridePhase.CountOf(g); index++)
        {
            var phase = new StridePhase(g, index);
            (int rows, int columns) = (phase.TapsDown, phase.TapsAcross);
            if (rows == 0 || columns == 0)
                (rows, columns) = (0, 0);
            var pixels = new List<(int, int)>();
            for (int i = 0; i < phase.Height; i++)
                for (int j = 0; j < phase.Width; j++)
                    pixels.Add((phase.A + i * g.Stride, phase.B + j * g.Stride));
            if (pixels.Count == 0)
                continue;
            groups.Add((phases.Count, pixels));
            phases.Add(new Phase(phase.R0, phase.S0, rows, columns, PanelRows));
            PanelRows += rows * columns * Channels;
            widest = Math.Max(widest, columns);
        }
        PanelRows = g.R * g.S * Channels;
        var edges = new EdgeWindows(g.P, g.Q, g.K, TapByTap ? 1 : widest);
        // Row j of a phase is the tap a + s j, which reads dy's row (h + padding - a) / s - j; columns likewise, and a
        // window begins at its last tap.
        Cut(groups, edges, g.W, (pixel, row) => ((pixel.Row + g.Padding) / g.Stride - row, (pixel.Column + g.Padding) / g.Stride));
    }

    private void Cut(
        List<(int Phase, List<(int Row, int Column)> Pixels)> groups, EdgeWindows edges, int outputWidth,
        Func<(int Row, int Column), int, (int Row, int Column)> source)
    {
        SlotLength = edges.SlotLength;
        int tileCount = groups.Sum(group => (group.Pixels.Count + RegisterTile.Rows - 1) / RegisterTile.Rows);
        int stride = Pass == Conv2dPass.Forward ? Geometry.Stride * Geometry.Stride : 1;
        long bytes = (long)tileCount * RegisterTile.Rows * Channels * Geometry.Groups * stride * sizeof(float);
        int bandCount = (int)Math.Max((LeastChunks + Geometry.N - 1) / Geometry.N, bytes / BandBytes + 1);
        int bandTiles = Math.Max(1, (tileCount + bandCount - 1) / bandCount);
        int firstTile = 0, firstCopy = 0, mostCopies = 0;
        edges.BeginBand();
        foreach ((int number, List<(int Row, int Column)> pixels) in groups)
            for (int first = 0; first < pixels.Count; first += RegisterTile.Rows)
            {
                AddTile(number, pixels, first, edges, outputWidth, source);
                if (tiles.Count - firstTile == bandTiles || tiles.Count == tileCount)
                {
                    copies.AddRange(edges.Copies);
                    bands.Add(new Band(firstTile, tiles.Count - firstTile, firstCopy, edges.Copies.Count));
                    mostCopies = Math.Max(mostCopies, edges.Copies.Count);
                    (firstTile, firstCopy) = (tiles.Count, copies.Count);
                    edges.BeginBand();
                }
            }
        EdgeLength = (mostCopies + 1) * SlotLength;
    }

    private void AddTile(
        int number, List<(int Row, int Column)> pixels, int first, EdgeWindows edges, int outputWidth,
        Func<(int Row, int Column), int, (int Row, int Column)> source)
    {
        Phase phase = phases[number];
        int firstLine = lines.Count / RegisterTile.LineInts;
        // The last tile of a group repeats its last pixel in the rows that are left over, and does not store them.
        (int Row, int Column) At(int i) => pixels[Math.Min(first + i, pixels.Count - 1)];
        Span<int> codes = stackalloc int[RegisterTile.Rows];
        // A line is a row of the kernel, or one tap of it.
        int taps = TapByTap ? phase.WindowPixels : 1, pixelsWide = TapByTap ? 1 : phase.WindowPixels;
        for (int line = 0; line < phase.Rows * taps; line++)
        {
            bool inside = false;
            for (int i = 0; i < RegisterTile.Rows; i++)
            {
                (int sourceRow, int sourceColumn) = source(At(i), line / taps);
                if (Pass == Conv2dPass.InputGradient)
                    sourceColumn -= phase.WindowPixels - 1;
                codes[i] = edges.Code(sourceRow, sourceColumn + line % taps, pixelsWide);
                inside |= codes[i] != ~0;
            }
            if (!inside)
                continue;
            lines.Add(line);
            foreach (int code in codes)
                lines.Add(code);
        }
        for (int i = 0; i < RegisterTile.Rows; i++)
            outputs.Add(first + i < pixels.Count ? (At(i).Row * outputWidth + At(i).Column) * Columns * Geometry.Groups : -1);
        tiles.Add(new TileEntry(number, firstLine, lines.Count / RegisterTile.LineInts - firstLine));
    }

    private void Freeze()
    {
        Phases = [.. phases];
        Tiles = [.. tiles];
        Bands = [.. bands];
        Copies = [.. copies];
        Lines = Pinned(lines);
        Outputs = Pinned(outputs);
    }

    internal static int[] Pinned(List<int> values)
    {
        int[] array = GC.AllocateUninitializedArray<int>(Math.Max(values.Count, 1), pinned: true);
        values.CopyTo(array);
        return array;
    }
}
