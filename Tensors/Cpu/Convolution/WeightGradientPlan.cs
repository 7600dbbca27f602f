using ManSharp.Tensors.Cpu.Simd;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu.Convolution;

/// <summary>
/// How a weight gradient runs: for each band of output rows and each row r of the kernel, the windows of x that its
/// pixels read. The sum over the batch is cut into groups of images whose partial sums are added in order; the rows of
/// dw (r and six neighbouring values of a window) are shared out too where the groups alone are too few.
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
        PanelColumns = PanelWidth.For(g.K);
        Panels = (g.K + PanelColumns - 1) / PanelColumns;
        Units = UnitsOf(g);
    }

    /// <summary>Pixels of one band that read a window for one row of the kernel: consecutive output pixels.</summary>
    internal readonly record struct Run(int FirstCode, int Count, int FirstPixel);

    /// <summary>A band's runs (one for each row of the kernel) and edge slots.</summary>
    internal readonly record struct Band(int FirstRun, int FirstCopy, int CopyCount);

    internal Conv2dGeometry Geometry { get; }

    internal int PanelColumns { get; }

    internal int Panels { get; }

    /// <summary>Values of one row of a partial sum: the columns of all panels.</summary>
    internal int RowLength => Panels * PanelColumns;

    /// <summary>Groups of six values of a window.</summary>
    internal int Sixes => (Geometry.S * Geometry.C + RegisterTile.Rows - 1) / RegisterTile.Rows;

    /// <summary>Rows of the kernel times sixes: what chunks share out.</summary>
    internal int Units { get; }

    /// <summary>Values of one partial sum: [R, sixes, 6, row].</summary>
    internal int PartialLength => Units * RegisterTile.Rows * RowLength;

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

    private static int UnitsOf(Conv2dGeometry g) => g.R * ((g.S * g.C + RegisterTile.Rows - 1) / RegisterTile.Rows);

    private static int PartialLengthOf(Conv2dGeometry g)
    {
        int panel = PanelWidth.For(g.K);
        return UnitsOf(g) * RegisterTile.Rows * ((g.K + panel - 1) / panel * panel);
    }

    private static int GroupsOf(Conv2dGeometry g)
    {
        long fit = PartialBytes / (PartialLengthOf(g) * (long)sizeof(float));
        return (int)Math.Clamp(Math.Min(fit, MostGroups), 1, g.N);
    }

    private void Cut()
    {
        Conv2dGeometry g = Geometry;
        var edges = new EdgeWindows(g.H, g.W, g.C, g.S);
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
            for (int r = 0; r < g.R; r++)
            {
                int firstCode = codes.Count, firstPixel = 0;
                for (int p = first; p < end; p++)
                {
                    int row = p * g.Stride + r - g.Padding;
                    if (row < 0 || row >= g.H)
                        continue;
                    if (codes.Count == firstCode)
                        firstPixel = p * g.Q;
                    for (int q = 0; q < g.Q; q++)
                        codes.Add(edges.Code(row, q * g.Stride - g.Padding, g.S));
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
