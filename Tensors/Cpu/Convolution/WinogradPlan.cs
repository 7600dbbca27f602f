using System.Numerics;
using ManSharp.Tensors.Cpu.Simd;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu.Convolution;

/// <summary>
/// The sizes of a pass by <see cref="Winograd"/>: output pixels in tiles of 2x2 over the whole batch, tiles in blocks
/// that a worker takes from pixels to pixels without leaving the second-level cache.
/// </summary>
internal sealed class WinogradPlan
{
    // Values of both transformed sides of a block: 256 KiB.
    private const int BlockValues = 64 * 1024;

    private const int MostGroups = 8;

    private WinogradPlan(Conv2dGeometry g, Conv2dPass pass)
    {
        Geometry = g;
        Pass = pass;
        bool adjoint = pass == Conv2dPass.InputGradient;
        (Height, Width, Inputs) = adjoint ? (g.P, g.Q, g.K) : (g.H, g.W, g.C);
        (OutputHeight, OutputWidth, Outputs) = adjoint ? (g.H, g.W, g.C) : (g.P, g.Q, g.K);
        Padding = adjoint ? 2 - g.Padding : g.Padding;
        TileRows = (OutputHeight + 1) / 2;
        TileColumns = (OutputWidth + 1) / 2;
        Tiles = g.N * TileRows * TileColumns;
        PanelColumns = PanelWidth.For(Outputs);
        Panels = (Outputs + PanelColumns - 1) / PanelColumns;
        BlockTiles = BlockTilesOf(g);
        Blocks = (Tiles + BlockTiles - 1) / BlockTiles;
        Groups = GroupsOf(g);
        Lines = TileLines();
        OutputOffsets = Offsets(BlockTiles, Outputs);
        InputOffsets = Offsets(BlockTiles, Inputs);
    }

    internal Conv2dGeometry Geometry { get; }

    internal Conv2dPass Pass { get; }

    internal int Height { get; }

    internal int Width { get; }

    /// <summary>Channels of the input of this pass.</summary>
    internal int Inputs { get; }

    internal int OutputHeight { get; }

    internal int OutputWidth { get; }

    /// <summary>Channels of the output of this pass.</summary>
    internal int Outputs { get; }

    internal int Padding { get; }

    internal int TileRows { get; }

    internal int TileColumns { get; }

    internal int Tiles { get; }

    internal int BlockTiles { get; }

    internal int Blocks { get; }

    /// <summary>Partial sums of a weight gradient.</summary>
    internal int Groups { get; }

    internal int PanelColumns { get; }

    internal int Panels { get; }

    /// <summary>Values of one place of packed weights: [panel, input, column].</summary>
    internal int PlaceLength => Panels * PanelColumns * Inputs;

    /// <summary>Rows of one place of a weight gradient's partial sum: inputs in sixes.</summary>
    internal int PartialRows => (Inputs + RegisterTile.Rows - 1) / RegisterTile.Rows * RegisterTile.Rows;

    internal int PartialRowLength => Panels * PanelColumns;

    internal int PartialLength => Winograd.Places * PartialRows * PartialRowLength;

    /// <summary>Values from one place of the transformed input to the next.</summary>
    internal int InputPlace => BlockTiles * Inputs;

    /// <summary>Values from one place of the transformed output to the next.</summary>
    internal int OutputPlace => BlockTiles * Outputs;

    /// <summary>Values of the row of zeros that stands for a pixel outside either side's image.</summary>
    internal int ZeroLength => Math.Max(Inputs, Outputs);

    /// <summary>Values of a worker's memory: a row of zeros, the transformed input, the transformed output.</summary>
    internal int WorkerLength => ZeroLength + Winograd.Places * (InputPlace + OutputPlace) + 64;

    /// <summary>For each six tiles of a block one line of the window table, pinned.</summary>
    internal int[] Lines { get; }

    /// <summary>Where each tile's outputs begin in a place, pinned.</summary>
    internal int[] OutputOffsets { get; }

    /// <summary>Where each tile's inputs begin in a place, pinned.</summary>
    internal int[] InputOffsets { get; }

    /// <summary>Whether the pass can run this way: 3x3, stride 1, whole vectors of channels, and enough of them to pay.</summary>
    internal static bool Serves(Conv2dGeometry g) =>
        g is { R: 3, S: 3, Stride: 1, Padding: <= 2, Groups: 1 } && g.C >= 16 && g.K >= 16
        && g.C % Vector<float>.Count == 0 && g.K % Vector<float>.Count == 0;

    internal static int Scratch(Conv2dGeometry g, Conv2dPass pass)
    {
        int inputs = pass == Conv2dPass.InputGradient ? g.K : g.C, outputs = pass == Conv2dPass.InputGradient ? g.C : g.K;
        int panel = PanelWidth.For(outputs), row = (outputs + panel - 1) / panel * panel;
        if (pass != Conv2dPass.WeightGradient)
            return Winograd.Places * row * inputs;
        int rows = (inputs + RegisterTile.Rows - 1) / RegisterTile.Rows * RegisterTile.Rows;
        return GroupsOf(g) * Winograd.Places * rows * row;
    }

    internal static WinogradPlan Create(Conv2dGeometry g, Conv2dPass pass) => new(g, pass);

    private static int BlockTilesOf(Conv2dGeometry g)
    {
        int fit = BlockValues / (Winograd.Places * (g.C + g.K)) / RegisterTile.Rows * RegisterTile.Rows;
        return Math.Clamp(fit, 4 * RegisterTile.Rows, 16 * RegisterTile.Rows);
    }

    // Of a weight gradient, whose tiles are those of the forward pass.
    private static int GroupsOf(Conv2dGeometry g)
    {
        int tiles = g.N * ((g.P + 1) / 2) * ((g.Q + 1) / 2), block = BlockTilesOf(g);
        return Math.Min(MostGroups, (tiles + block - 1) / block);
    }

    private int[] TileLines()
    {
        var lines = new List<int>();
        for (int tile = 0; tile < BlockTiles; tile += RegisterTile.Rows)
        {
            lines.Add(0);
            for (int i = 0; i < RegisterTile.Rows; i++)
                lines.Add((tile + i) * Inputs);
        }
        return WindowPlan.Pinned(lines);
    }

    private static int[] Offsets(int tiles, int channels)
    {
        var offsets = new List<int>();
        for (int tile = 0; tile < tiles; tile++)
            offsets.Add(tile * channels);
        return WindowPlan.Pinned(offsets);
    }
}
