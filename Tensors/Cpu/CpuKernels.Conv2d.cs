using ManSharp.Tensors.Cpu.Convolution;
using ManSharp.Tensors.Cpu.Simd;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

/// <summary>
/// Direct convolution over NHWC. For one row of the kernel the values that an output pixel reads are contiguous (S
/// pixels of C channels), so a tile of 6 pixels runs over R pointers each, with weights packed panel by panel.
/// </summary>
internal sealed unsafe partial class CpuKernels
{
    private readonly Dictionary<(Conv2dGeometry, Conv2dPass), WindowPlan> windowPlans = [];
    private readonly Dictionary<Conv2dGeometry, WeightGradientPlan> weightGradientPlans = [];

    public int Conv2dScratch(Conv2dGeometry geometry, Conv2dPass pass) => Conv2dPlan.Scratch(geometry, pass);

    public void Conv2dForward(Tensor y, Tensor scratch, Tensor x, Tensor w, Tensor bias, Conv2dGeometry geometry)
    {
        Calls++;
        Flops += geometry.Flops;
        RunWindows(y, scratch, x, w, bias, geometry, Conv2dPass.Forward, Write.Set);
    }

    public void Conv2dInputGradient(Tensor dx, Tensor scratch, Tensor dy, Tensor w, Conv2dGeometry geometry, Write write)
    {
        Calls++;
        Flops += geometry.Flops;
        RunWindows(dx, scratch, dy, w, Tensor.None, geometry, Conv2dPass.InputGradient, write);
    }

    public void Conv2dWeightGradient(Tensor dw, Tensor scratch, Tensor x, Tensor dy, Conv2dGeometry geometry, Write write)
    {
        Calls++;
        Flops += geometry.Flops;
        if (Conv2dPlan.UsesWinograd(geometry, Conv2dPass.WeightGradient))
        {
            RunWinogradWeightGradient(dw, scratch, x, dy, geometry, write);
            return;
        }
        if (!weightGradientPlans.TryGetValue(geometry, out WeightGradientPlan? plan))
            weightGradientPlans.Add(geometry, plan = WeightGradientPlan.Create(geometry));
        workerMemory.Reserve(plan.EdgeLength);
        if (Conv2dPlan.IsNarrow(geometry, Conv2dPass.WeightGradient))
        {
            RunNarrowWeightGradient(dw.Pointer(), scratch.Pointer(), x.Pointer(), dy.Pointer(), plan, write == Write.Add);
            return;
        }
        team.Run(
            new WeightGradientJob { Plan = plan, Memory = workerMemory, X = x.Pointer(), Dy = dy.Pointer(), Partials = scratch.Pointer() },
            plan.Groups * plan.Shares);
        team.Run(new SumPartialsJob { Plan = plan, Dw = dw.Pointer(), Partials = scratch.Pointer(), Add = write == Write.Add }, plan.Lines);
    }

    private void RunWindows(
        Tensor y, Tensor scratch, Tensor x, Tensor w, Tensor bias, Conv2dGeometry geometry, Conv2dPass pass, Write write)
    {
        if (Conv2dPlan.UsesWinograd(geometry, pass))
        {
            RunWinograd(y, scratch, x, w, bias, geometry, pass, write);
            return;
        }
        if (!windowPlans.TryGetValue((geometry, pass), out WindowPlan? plan))
            windowPlans.Add((geometry, pass), plan = WindowPlan.Create(geometry, pass));
        workerMemory.Reserve(plan.EdgeLength);
        float* packed = scratch.Pointer();
        if (Conv2dPlan.IsNarrow(geometry, pass))
        {
            RunNarrow(y.Pointer(), packed, x.Pointer(), w.Pointer(), bias.Pointer(), plan);
            return;
        }
        team.Run(new PackJob { Plan = plan, Packed = packed, Weights = w.Pointer() }, plan.Panels);
        team.Run(
            new WindowsJob
            {
                Plan = plan, Memory = workerMemory, X = x.Pointer(), Y = y.Pointer(), Packed = packed,
                Bias = bias.Pointer(), Add = write == Write.Add,
            },
            geometry.N * plan.Bands.Length);
    }

    /// <summary>Packs one panel of the weights: [phase, row, window value, column], zero beyond the last column.</summary>
    private struct PackJob : IChunkJob
    {
        internal WindowPlan Plan;
        internal float* Packed, Weights;

        public readonly void Run(int chunk, int worker)
        {
            Conv2dGeometry g = Plan.Geometry;
            int group = chunk / Plan.GroupPanels, width = Plan.PanelColumns, column = chunk % Plan.GroupPanels * width;
            int columns = Math.Min(width, Plan.Columns - column);
            float* to = Packed + (nint)chunk * Plan.PanelRows * width;
            if (columns < width)
                new Span<float>(to, Plan.PanelRows * width).Clear();
            if (Plan.Pass == Conv2dPass.Forward)
            {
                for (nint row = 0; row < Plan.PanelRows; row++, to += width)
                    new ReadOnlySpan<float>(Weights + row * g.K + group * g.GroupOutputs + column, columns)
                        .CopyTo(new Span<float>(to, columns));
                return;
            }
            foreach (WindowPlan.Phase phase in Plan.Phases)
                for (int row = 0; row < phase.Rows; row++)
                    for (int pixel = 0; pixel < phase.WindowPixels; pixel++, to += Plan.Channels * width)
                    {
                        int r = phase.FirstRow + g.Stride * row;
                        int s = phase.FirstColumn + g.Stride * (phase.WindowPixels - 1 - pixel);
                        float* from = Weights + ((nint)(r * g.S + s) * g.GroupInputs + column) * g.K + group * g.GroupOutputs;
                        Transpose(to, from, g.K, Plan.Channels, columns, width);
                    }
        }

        private static void Transpose(float* to, float* from, int stride, int rows, int columns, int width)
        {
            for (int j = 0; j < columns; j++, from += stride)
                for (int k = 0; k < rows; k++)
                    to[k * width + j] = from[k];
        }
    }

    /// <summary>One band of tiles of one image, all panels.</summary>
    private struct WindowsJob : IChunkJob, ITileWork
    {
        internal WindowPlan Plan;
        internal WorkerMemory Memory;
        internal float* X, Y, Packed, Bias;
        internal bool Add;

        public readonly void Run(int chunk, int worker) => PanelWidth.Run(this, Plan.PanelColumns, chunk, Memory[worker]);

        public readonly void Run<TSimd, TVector>(int chunk, float* edges)
            where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            WindowPlan plan = Plan;
            Conv2dGeometry g = plan.Geometry;
            bool forward = plan.Pass == Conv2dPass.Forward;
            int image = chunk / plan.Bands.Length;
            WindowPlan.Band band = plan.Bands[chunk % plan.Bands.Length];
            float* x = X + (nint)image * (forward ? g.H * g.W * g.C : g.P * g.Q * g.K);
            float* y = Y + (nint)image * (forward ? g.P * g.Q * g.K : g.H * g.W * g.C);
            EdgeWindows.Fill(plan.Copies.AsSpan(band.FirstCopy, band.CopyCount), edges, plan.SlotLength, x);
            int* lines = Address(plan.Lines), outputs = Address(plan.Outputs);
            float* rows = stackalloc float[RegisterTile.Rows * plan.PanelColumns];
            for (int panel = 0; panel < plan.Panels; panel++)
            {
                float* packed = Packed + (nint)panel * plan.PanelRows * plan.PanelColumns;
                int group = panel / plan.GroupPanels, first = panel % plan.GroupPanels * plan.PanelColumns;
                int columns = Math.Min(plan.PanelColumns, plan.Columns - first), column = group * plan.Columns + first;
                float* groupX = x + group * plan.Channels;
                for (int tile = band.FirstTile; tile < band.FirstTile + band.TileCount; tile++)
                {
                    WindowPlan.TileEntry entry = plan.Tiles[tile];
                    WindowPlan.Phase phase = plan.Phases[entry.Phase];
                    RegisterTile.Windows<TSimd, TVector>(
                        lines + (nint)entry.FirstLine * RegisterTile.LineInts, entry.LineCount, groupX, edges,
                        packed + (nint)phase.PackedRow * plan.PanelColumns, plan.WindowLength(phase),
                        y + column, outputs + (nint)tile * RegisterTile.Rows, columns, rows, Bias is null ? null : Bias + column, Add);
                }
            }
        }
    }

    private static int* Address(int[] pinned) =>
        (int*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(pinned));

    /// <summary>One group of images and one share of dw's rows, into the group's partial sum.</summary>
    private struct WeightGradientJob : IChunkJob, ITileWork
    {
        internal WeightGradientPlan Plan;
        internal WorkerMemory Memory;
        internal float* X, Dy, Partials;

        public readonly void Run(int chunk, int worker) => PanelWidth.Run(this, Plan.PanelColumns, chunk, Memory[worker]);

        public readonly void Run<TSimd, TVector>(int chunk, float* edges)
            where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            WeightGradientPlan plan = Plan;
            Conv2dGeometry g = plan.Geometry;
            int group = chunk / plan.Shares, share = chunk % plan.Shares;
            int firstUnit = (int)((long)plan.Units * share / plan.Shares);
            int endUnit = (int)((long)plan.Units * (share + 1) / plan.Shares);
            int unitLength = RegisterTile.Rows * plan.RowLength;
            float* partial = Partials + (nint)group * plan.PartialLength;
            new Span<float>(partial + (nint)firstUnit * unitLength, (endUnit - firstUnit) * unitLength).Clear();
            int firstImage = (int)((long)g.N * group / plan.Groups), endImage = (int)((long)g.N * (group + 1) / plan.Groups);
            int* codes = Address(plan.Codes);
            for (int image = firstImage; image < endImage; image++)
            {
                float* x = X + (nint)image * g.H * g.W * g.C;
                float* dy = Dy + (nint)image * g.P * g.Q * g.K;
                foreach (WeightGradientPlan.Band band in plan.Bands)
                {
                    EdgeWindows.Fill(plan.Copies.AsSpan(band.FirstCopy, band.CopyCount), edges, plan.SlotLength, x);
                    for (int unit = firstUnit; unit < endUnit; unit++)
                    {
                        int line = unit / plan.Sixes, channels = line / plan.Lines;
                        WeightGradientPlan.Run run = plan.Runs[band.FirstRun + line % plan.Lines];
                        int value = channels * g.GroupInputs + unit % plan.Sixes * RegisterTile.Rows;
                        float* d = partial + (nint)unit * unitLength, groupDy = dy + channels * g.GroupOutputs;
                        for (int column = 0; column < plan.RowLength; column += plan.PanelColumns)
                            RegisterTile.Outer<TSimd, TVector>(
                                codes + run.FirstCode, run.Count, x + value, edges + value,
                                groupDy + (nint)run.FirstPixel * g.K + column, g.K, d + column, plan.RowLength);
                    }
                }
            }
        }
    }

    /// <summary>dw of one line of the kernel from the groups' partial sums, in the order of the groups.</summary>
    private struct SumPartialsJob : IChunkJob
    {
        internal WeightGradientPlan Plan;
        internal float* Dw, Partials;
        internal bool Add;

        public readonly void Run(int chunk, int worker)
        {
            Conv2dGeometry g = Plan.Geometry;
            int values = Plan.LineLength, columns = g.GroupOutputs;
            for (int channels = 0; channels < g.Groups; channels++)
                for (int value = 0; value < values; value++)
                {
                    var to = new Span<float>(Dw + (nint)(chunk * values + value) * g.K + channels * columns, columns);
                    nint row = (nint)(channels * Plan.Lines + chunk) * Plan.Sixes * RegisterTile.Rows + value;
                    float* from = Partials + row * Plan.RowLength;
                    for (int group = 0; group < Plan.Groups; group++, from += Plan.PartialLength)
                    {
                        var partial = new ReadOnlySpan<float>(from, columns);
                        if (group == 0 && !Add)
                            partial.CopyTo(to);
                        else
                            System.Numerics.Tensors.TensorPrimitives.Add(to, partial, to);
                    }
                }
        }
    }
}
