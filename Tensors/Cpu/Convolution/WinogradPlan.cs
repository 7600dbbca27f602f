using System.Numerics;
using ManSharp.Tensors.Cpu.Simd;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu.Convolution;

/// <summary>
/// The sizes of a 3x3 pass by <see cref="Winograd"/>. A tile is four neighbouring output pixels of a row. The transformed
/// input lies as [place, image, column of tiles, row, channel], so that what a tile reads at a place, three rows of the
/// input above each other, is one contiguous window of 3 C values. A block is what a worker takes from pixels to pixels
/// within the second-level cache: columns of tiles, cut into bands of rows where an image is high, or several small images.
/// </summary>
internal sealed class WinogradPlan
{
    // Values of a block's transformed input: 128 KiB.
    private const int BlockValues = 32 * 1024;

    // Values of the products that are transformed back at once: they stay in the first- or second-level cache.
    private const int ProductValues = 12 * 1024;

    private const int KernelRows = 3;

    private const int MostGroups = 8;

    // Values of all partial sums of a weight gradient, as far as two groups allow: 16 MiB.
    private const int PartialValues = 4 * 1024 * 1024;

    private WinogradPlan(Conv2dGeometry g, Conv2dPass pass)
    {
        Geometry = g;
        Pass = pass;
        bool adjoint = pass == Conv2dPass.InputGradient;
        (Height, Width, Inputs) = adjoint ? (g.P, g.Q, g.K) : (g.H, g.W, g.C);
        (OutputHeight, OutputWidth, Outputs) = adjoint ? (g.H, g.W, g.C) : (g.P, g.Q, g.K);
        Padding = adjoint ? 2 - g.Padding : g.Padding;
        TileColumns = TileColumnsOf(OutputWidth);
        PanelColumns = PanelWidth.For(Outputs);
        Panels = (Outputs + PanelColumns - 1) / PanelColumns;
        Cut = Extent.Of(g.N, OutputHeight, TileColumns, Inputs);
        BlockTiles = Images * Columns * Rows;
        int products = ProductValues / (Winograd.Places * Outputs) / RegisterTile.Rows * RegisterTile.Rows;
        ProductTiles = Math.Min(Math.Max(products, 4 * RegisterTile.Rows), Sixes(BlockTiles));
        Groups = GroupsOf(Inputs, Outputs, Blocks);
        Shares = MostGroups / Groups is var wanted && wanted >= Winograd.Places ? Winograd.Places : Math.Min(wanted, Winograd.Places / 2);
        Lines = TileLines();
        OutputOffsets = WindowPlan.Pinned([.. Enumerable.Range(0, ProductTiles).Select(tile => tile * Outputs)]);
        Windows = WindowPlan.Pinned([.. Enumerable.Range(0, BlockTiles).Select(Window)]);
        PixelColumns = WindowPlan.Pinned([.. Enumerable.Range(0, BlockTiles).Select(PixelColumn)]);
        Pixels = WindowPlan.Pinned([.. Enumerable.Range(0, BlockTiles).Select(Pixel)]);
    }

    /// <summary>How a batch is cut into blocks.</summary>
    /// <param name="Rows">Output rows of a block.</param>
    /// <param name="Bands">Blocks above each other in an image.</param>
    /// <param name="Columns">Columns of tiles in a block.</param>
    /// <param name="ColumnBlocks">Blocks beside each other in an image.</param>
    /// <param name="Images">Images of a block.</param>
    /// <param name="Blocks">All blocks.</param>
    internal readonly record struct Extent(int Rows, int Bands, int Columns, int ColumnBlocks, int Images, int Blocks)
    {
        internal static Extent Of(int images, int height, int tileColumns, int inputs)
        {
            // Bands of about equal height whose columns of tiles fit into a block.
            int most = Math.Max(8, BlockValues / (Winograd.Places * inputs) - (KernelRows - 1));
            int bands = (height + most - 1) / most, rows = (height + bands - 1) / bands;
            int column = Winograd.Places * (rows + KernelRows - 1) * inputs;
            int columns = Math.Clamp(BlockValues / column, 1, tileColumns);
            int columnBlocks = (tileColumns + columns - 1) / columns;
            columns = (tileColumns + columnBlocks - 1) / columnBlocks;
            int together = bands * columnBlocks == 1 ? Math.Clamp(BlockValues / (column * tileColumns), 1, images) : 1;
            return new Extent(
                rows, bands, columns, columnBlocks, together, (images + together - 1) / together * bands * columnBlocks);
        }
    }

    /// <summary>
    /// Where a block lies: its first image, row and column of tiles, and how many images it has. Its last columns and rows
    /// may lie outside the image.
    /// </summary>
    internal readonly record struct Block(int Image, int Images, int Row, int Column);

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

    /// <summary>Columns of tiles in an image.</summary>
    internal int TileColumns { get; }

    internal Extent Cut { get; }

    internal int Rows => Cut.Rows;

    internal int Columns => Cut.Columns;

    internal int Images => Cut.Images;

    internal int Blocks => Cut.Blocks;

    /// <summary>Tiles of a whole block.</summary>
    internal int BlockTiles { get; }

    /// <summary>Tiles whose products are made before they are transformed back; a multiple of a register tile's rows.</summary>
    internal int ProductTiles { get; }

    /// <summary>Partial sums of a weight gradient.</summary>
    internal int Groups { get; }

    /// <summary>Shares of the places into which a group of a weight gradient is cut, so that there is work for many threads.</summary>
    internal int Shares { get; }

    internal int PanelColumns { get; }

    internal int Panels { get; }

    /// <summary>Values of a tile's window at one place: three rows of all channels.</summary>
    internal int WindowLength => KernelRows * Inputs;

    /// <summary>Values of one place of packed weights: [panel, window value, column].</summary>
    internal int PlaceLength => Panels * PanelColumns * WindowLength;

    /// <summary>Values of a row of a weight gradient's partial sum: [place, window value, column].</summary>
    internal int PartialRowLength => Panels * PanelColumns;

    internal int PartialLength => Winograd.Places * WindowLength * PartialRowLength;

    /// <summary>Values from one place of the transformed input to the next.</summary>
    internal int InputPlace => Images * Columns * InputRows * Inputs;

    /// <summary>Rows of the input that a block reads.</summary>
    internal int InputRows => Rows + KernelRows - 1;

    /// <summary>Values from one place of the products to the next.</summary>
    internal int ProductPlace => ProductTiles * Outputs;

    /// <summary>Values from one place of a transformed output gradient to the next.</summary>
    internal int GradientPlace => BlockTiles * Outputs;

    /// <summary>Values of the row of zeros that stands for a pixel outside either side's image.</summary>
    internal int ZeroLength => Math.Max(Inputs, Outputs);

    /// <summary>Values of a worker's memory: a row of zeros, the transformed input, the products or the transformed gradient.</summary>
    internal int WorkerLength => ZeroLength + Winograd.Places
        * (InputPlace + (Pass == Conv2dPass.WeightGradient ? GradientPlace : ProductPlace));

    /// <summary>For each six tiles of a block one line of the window table, pinned.</summary>
    internal int[] Lines { get; }

    /// <summary>Where the products of each tile begin in a place, pinned.</summary>
    internal int[] OutputOffsets { get; }

    /// <summary>Where the window of each tile begins in a place, pinned.</summary>
    internal int[] Windows { get; }

    /// <summary>Where the first pixel of each tile lies in the output, from the block's first pixel on, pinned.</summary>
    internal int[] Pixels { get; }

    /// <summary>The column of the first pixel of each tile, from the block's first on, pinned.</summary>
    internal int[] PixelColumns { get; }

    /// <summary>Whether the pass can run this way: 3x3, stride 1, whole vectors of channels.</summary>
    internal static bool Serves(Conv2dGeometry g) =>
        g is { R: KernelRows, S: Winograd.Taps, Stride: 1, Padding: <= 2, Groups: 1, C: >= 16, K: >= 16 }
        && g.C % Vector<float>.Count == 0 && g.K % Vector<float>.Count == 0;

    internal static int Scratch(Conv2dGeometry g, Conv2dPass pass)
    {
        (int inputs, int outputs) = pass == Conv2dPass.InputGradient ? (g.K, g.C) : (g.C, g.K);
        if (pass != Conv2dPass.WeightGradient)
            return Winograd.Places * PlaceValues(inputs, outputs);
        int blocks = Extent.Of(g.N, g.P, TileColumnsOf(g.Q), inputs).Blocks;
        return GroupsOf(inputs, outputs, blocks) * Winograd.Places * PlaceValues(inputs, outputs);
    }

    internal static WinogradPlan Create(Conv2dGeometry g, Conv2dPass pass) => new(g, pass);

    /// <summary>Where block <paramref name="number"/> lies.</summary>
    internal Block At(int number)
    {
        int rest = number / Cut.ColumnBlocks, image = rest / Cut.Bands * Images;
        return new Block(
            image, Math.Min(Images, Geometry.N - image), rest % Cut.Bands * Rows, number % Cut.ColumnBlocks * Columns);
    }

    private static int PlaceValues(int inputs, int outputs)
    {
        int panel = PanelWidth.For(outputs);
        return (outputs + panel - 1) / panel * panel * KernelRows * inputs;
    }

    private static int GroupsOf(int inputs, int outputs, int blocks) =>
        Math.Min(Math.Clamp(PartialValues / (Winograd.Places * PlaceValues(inputs, outputs)), 2, MostGroups), blocks);

    private static int TileColumnsOf(int width) => (width + Winograd.TilePixels - 1) / Winograd.TilePixels;

    private static int Sixes(int tiles) => (tiles + RegisterTile.Rows - 1) / RegisterTile.Rows * RegisterTile.Rows;

    private int Window(int tile)
    {
        int column = tile / Columns / Rows * Columns + tile % Columns;
        return (column * InputRows + tile / Columns % Rows) * Inputs;
    }

    // Tiles are numbered as [image, row, column of tiles], the order in which images lie in memory.
    private int PixelColumn(int tile) => tile % Columns * Winograd.TilePixels;

    private int Pixel(int tile) =>
        ((tile / Columns / Rows * OutputHeight + tile / Columns % Rows) * OutputWidth + PixelColumn(tile)) * Outputs;

    private int[] TileLines()
    {
        var lines = new List<int>();
        for (int tile = 0; tile < BlockTiles; tile += RegisterTile.Rows)
        {
            lines.Add(0);
            // The last six repeat the last tile; nobody reads what becomes of it.
            for (int i = 0; i < RegisterTile.Rows; i++)
                lines.Add(Window(Math.Min(tile + i, BlockTiles - 1)));
        }
        return WindowPlan.Pinned(lines);
    }
}
