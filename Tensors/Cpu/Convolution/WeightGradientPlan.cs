using ManSharp.Tensors.Cpu.Simd;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu.Convolution;

/// <summary>
/// How a weight gradient runs: for each band of output rows and each row r of the kernel, the windows of x that its
/// pixels read (with groups of channels, each tap and the pixels that it reads). The sum over the batch is cut into groups
/// of images whose partial sums are added in order; the units of dw (r and some neighbouring values of a window) are
/// shared out too where the groups alone are too few.
/// </summary>
internal sealed class WeightGradientPlan
{
    // Bytes of x and dy that a band holds: the first-level cache.
    private const int BandBytes = 24 * 1024;

    private const int MostGroups = 16;
    private const long PartialBytes = 8L << 20;

    private WeightGradientPlan(Conv2dGeometry g)
    {
        Geometry = g;
        PanelColumns = PanelWidth.For(g.GroupOutputs);
        Panels = (g.GroupOutputs + PanelColumns - 1) / PanelColumns;
        Units = UnitsOf(g);
    }

    /// <summary>Pixels of one band that read a window for one row of the kernel: consecutive output pixels.</summary>
    internal readonly record struct Run(int FirstCode, int Count, int FirstPixel);

    /// <summary>A band's runs (one for each line of the kernel) and edge slots.</summary>
    internal readonly record struct Band(int FirstRun, int FirstCopy, int CopyCount);

    internal Conv2dGeometry Geometry { get; }

    internal int PanelColumns { get; }

    internal int Panels { get; }

    /// <summary>Values of one row of a partial sum: the columns of all panels.</summary>
    internal int RowLength => Panels * PanelColumns;

    /// <summary>Rows of the kernel, or with groups of channels its taps.</summary>
    internal int Lines => LinesOf(Geometry);

    /// <summary>Values of a line's window: S pixels of all channels, or one pixel of a group's.</summary>
    internal int LineLength => LineLengthOf(Geometry);

    /// <summary>Groups of six values of a window.</summary>
    internal int Sixes => SixesOf(Geometry);

    /// <summary>Groups of channels times lines times sixes, or times the groups of values that <see cref="NarrowTile"/> takes.</summary>
    internal int Units { get; }

    /// <summary>
    /// Values of one partial sum: [groups of channels, lines, sixes, 6, row], or [lines, channels, padded window] on
    /// <see cref="NarrowTile"/>.
    /// </summary>
    internal int PartialLength => PartialLengthOf(Geometry);

    internal int Groups { get; private set; }

    internal int Shares { get; private set; }

    internal Run[] Runs { get; private set; } = [];

    internal Band[] Bands { get; private set; } = [];

    internal EdgeWindows.Copy[] Copies { get; private set; } = [];

    internal int[] Codes { get; private set; } = [];

    internal int SlotLength { get; private set; }

    internal int EdgeLength { get; private set; }

    internal static int Scratch(Conv2dGeometry g) => GroupsOf(g) * PartialLengthOf(g);

    internal static WeightGradientPlan Create(Conv2dGeometry g)
    {
        var plan = new WeightGradientPlan(g) { Groups = GroupsOf(g) };
        plan.Shares = Math.Min(plan.Units, (MostGroups + plan.Groups - 1) / plan.Groups);
        plan.Cut();
        return plan;
    }

    private static int LinesOf(Conv2dGeometry g) => g.Groups > 1 ? g.R * g.S : g.R;

    private static int LineLengthOf(Conv2dGeometry g) => g.Groups > 1 ? g.GroupInputs : g.S * g.C;

    private static int SixesOf(Conv2dGeometry g) => (LineLengthOf(g) + RegisterTile.Rows - 1) / RegisterTile.Rows;

    private static int UnitsOf(Conv2dGeometry g) => Conv2dPlan.IsNarrow(g, Conv2dPass.WeightGradient)
        ? LinesOf(g) * ((LineLengthOf(g) + NarrowTile.OuterValues - 1) / NarrowTile.OuterValues)
        : g.Groups * LinesOf(g) * SixesOf(g);

    private static int PartialLengthOf(Conv2dGeometry g)
    {
        if (Conv2dPlan.IsNarrow(g, Conv2dPass.WeightGradient))
            return LinesOf(g) * NarrowTile.Columns * NarrowTile.Padded(LineLengthOf(g));
        int panel = PanelWidth.For(g.GroupOutputs);
        return UnitsOf(g) * RegisterTile.Rows * ((g.GroupOutputs + panel - 1) / panel * panel);
    }

    private static int GroupsOf(Conv2dGeometry g)
    {
        long fit = PartialBytes / (PartialLengthOf(g) * (long)sizeof(float));
        return (int)Math.Clamp(Math.Min(fit, MostGroups), 1, g.N);
    }

    private void Cut()
    {
        Conv2dGeometry g = Geometry;
        int windowPixels = g.Groups > 1 ? 1 : g.S, taps = g.S / windowPixels;
        var edges = new EdgeWindows(g.H, g.W, g.C, windowPixels);
        SlotLength = edges.SlotLength;
        int rowBytes = (g.Q * g.K + g.W * g.Stride * g.C) * sizeof(float);
        int bandRows = Math.Clamp(BandBytes / rowBytes, 1, g.P);
        var runs = new List<Run>();
        var bands = new List<Band>();
        var copies = new List<EdgeWindows.Copy>();
        var codes = new List<int>();
        int mostCopies = 0;
        for (int first = 0; first < g.P; first += bandRows)
        {
            int end = Math.Min(first + bandRows, g.P), firstRun = runs.Count;
            edges.BeginBand();
            for (int line = 0; line < Lines; line++)
            {
                int firstCode = codes.Count, firstPixel = 0;
                for (int p = first; p < end; p++)
                {
                    int row = p * g.Stride + line / taps - g.Padding;
                    if (row < 0 || row >= g.H)
                        continue;
                    if (codes.Count == firstCode)
                        firstPixel = p * g.Q;
                    for (int q = 0; q < g.Q; q++)
                        codes.Add(edges.Code(row, q * g.Stride - g.Padding + line % taps, windowPixels));
                }
                runs.Add(new Run(firstCode, codes.Count - firstCode, firstPixel));
            }
            bands.Add(new Band(firstRun, copies.Count, edges.Copies.Count));
            copies.AddRange(edges.Copies);
            mostCopies = Math.Max(mostCopies, edges.Copies.Count);
        }
        EdgeLength = (mostCopies + 1) * SlotLength;
        Runs = [.. runs];
        Bands = [.. bands];
        Copies = [.. copies];
        Codes = WindowPlan.Pinned(codes);
    }
}
