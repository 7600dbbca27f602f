using System.Numerics;
using System.Runtime.Intrinsics.X86;
using ManSharp.Tensors.Cpu.Convolution;
using ManSharp.Tensors.Cpu.Simd;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

/// <summary>3x3 convolutions with stride 1 in half the products: transform rows, six matrix products, transform back.</summary>
internal sealed unsafe partial class CpuKernels
{
    // Input channels whose weights one chunk packs or unpacks.
    private const int PackedInputs = 8;

    // Values of a cache line.
    private const int CacheLine = 16;

    private readonly Dictionary<(Conv2dGeometry, Conv2dPass), WinogradPlan> winogradPlans = [];

    private WinogradPlan PlanWinograd(Conv2dGeometry geometry, Conv2dPass pass)
    {
        if (!winogradPlans.TryGetValue((geometry, pass), out WinogradPlan? plan))
            winogradPlans.Add((geometry, pass), plan = WinogradPlan.Create(geometry, pass));
        workerMemory.Reserve(plan.WorkerLength);
        return plan;
    }

    private void RunWinograd(
        Tensor y, Tensor scratch, Tensor x, Tensor w, Tensor bias, Conv2dGeometry geometry, Conv2dPass pass, Write write)
    {
        WinogradPlan plan = PlanWinograd(geometry, pass);
        float* packed = scratch.Pointer();
        team.Run(
            new WinogradPackJob { Plan = plan, Packed = packed, Weights = w.Pointer() },
            (plan.Inputs + PackedInputs - 1) / PackedInputs);
        team.Run(
            new WinogradJob
            {
                Plan = plan, Memory = workerMemory, X = x.Pointer(), Y = y.Pointer(), Packed = packed,
                Bias = bias.Pointer(), Add = write == Write.Add,
            },
            plan.Blocks);
    }

    private void RunWinogradWeightGradient(Tensor dw, Tensor scratch, Tensor x, Tensor dy, Conv2dGeometry geometry, Write write)
    {
        WinogradPlan plan = PlanWinograd(geometry, Conv2dPass.WeightGradient);
        team.Run(
            new WinogradWeightGradientJob
            {
                Plan = plan, Memory = workerMemory, X = x.Pointer(), Dy = dy.Pointer(), Partials = scratch.Pointer(),
            },
            plan.Groups * plan.Shares);
        team.Run(
            new WinogradSumJob { Plan = plan, Dw = dw.Pointer(), Partials = scratch.Pointer(), Add = write == Write.Add },
            (plan.Inputs + PackedInputs - 1) / PackedInputs);
    }

    /// <summary>Transforms the weights of some input channels into [place, panel, (kernel row, input), column].</summary>
    private struct WinogradPackJob : IChunkJob
    {
        internal WinogradPlan Plan;
        internal float* Packed, Weights;

        public readonly void Run(int chunk, int worker)
        {
            int width = Plan.PanelColumns, end = Math.Min(Plan.Inputs, PackedInputs * (chunk + 1));
            float* taps = stackalloc float[Winograd.Taps * width];
            for (int panel = 0; panel < Plan.Panels; panel++)
            {
                int columns = Math.Min(width, Plan.Outputs - panel * width);
                new Span<float>(taps, Winograd.Taps * width).Clear();
                for (int line = 0; line < Plan.WindowLength; line += Plan.Inputs)
                    for (int input = PackedInputs * chunk; input < end; input++)
                    {
                        Gather(taps, line / Plan.Inputs, input, panel * width, columns);
                        Winograd.TransformWeights(
                            taps, Packed + ((nint)panel * Plan.WindowLength + line + input) * width, Plan.PlaceLength, width);
                    }
            }
        }

        // The input gradient convolves with the kernel turned around and its channels exchanged.
        private readonly void Gather(float* taps, int row, int input, int column, int columns)
        {
            Conv2dGeometry g = Plan.Geometry;
            bool adjoint = Plan.Pass == Conv2dPass.InputGradient;
            for (int s = 0; s < Winograd.Taps; s++, taps += Plan.PanelColumns)
            {
                int tap = Winograd.Taps * row + s;
                if (!adjoint)
                {
                    new ReadOnlySpan<float>(Weights + ((nint)tap * g.C + input) * g.K + column, columns)
                        .CopyTo(new Span<float>(taps, columns));
                    continue;
                }
                float* from = Weights + ((nint)(8 - tap) * g.C + column) * g.K + input;
                for (int j = 0; j < columns; j++, from += g.K)
                    taps[j] = *from;
            }
        }
    }

    /// <summary>One block of tiles, from the input's pixels to the output's.</summary>
    private struct WinogradJob : IChunkJob, ITileWork
    {
        internal WinogradPlan Plan;
        internal WorkerMemory Memory;
        internal float* X, Y, Packed, Bias;
        internal bool Add;

        public readonly void Run(int chunk, int worker) => PanelWidth.Run(this, Plan.PanelColumns, chunk, Memory[worker]);

        public readonly void Run<TSimd, TVector>(int chunk, float* zeros)
            where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            WinogradPlan plan = Plan;
            float* v = zeros + plan.ZeroLength, m = v + (nint)Winograd.Places * plan.InputPlace;
            WinogradPlan.Block block = plan.At(chunk);
            TransformInputs(plan, block, X, zeros, v);
            int tiles = block.Images * plan.Rows * plan.Columns;
            float* origin = Y + (((nint)block.Image * plan.OutputHeight + block.Row) * plan.OutputWidth
                + Winograd.TilePixels * block.Column) * plan.Outputs;
            for (int first = 0; first < tiles; first += plan.ProductTiles)
            {
                int count = Math.Min(plan.ProductTiles, tiles - first);
                Multiply<TSimd, TVector>(v, m, first, count, origin);
                TransformBack(block, m, first, count, origin);
            }
        }

        private readonly void Multiply<TSimd, TVector>(float* v, float* m, int first, int count, float* origin)
            where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            WinogradPlan plan = Plan;
            int* lines = Address(plan.Lines) + first / RegisterTile.Rows * RegisterTile.LineInts, outputs = Address(plan.OutputOffsets);
            int* pixels = Address(plan.Pixels) + first;
            float* rows = stackalloc float[RegisterTile.Rows * plan.PanelColumns];
            for (int place = 0; place < Winograd.Places; place++)
            {
                float* packed = Packed + (nint)place * plan.PlaceLength;
                for (int column = 0; column < plan.Outputs; column += plan.PanelColumns)
                {
                    int columns = Math.Min(plan.PanelColumns, plan.Outputs - column);
                    for (int tile = 0; tile < count; tile += RegisterTile.Rows)
                    {
                        RegisterTile.Windows<TSimd, TVector>(
                            lines + tile / RegisterTile.Rows * RegisterTile.LineInts, 1, v, null, packed, plan.WindowLength,
                            m + column, outputs + tile, columns, rows, null, false);
                        if (column == 0 && place < Winograd.TilePixels)
                            Prefetch(pixels + tile, Math.Min(RegisterTile.Rows, count - tile), origin + (nint)place * plan.Outputs);
                    }
                    packed += (nint)plan.PanelColumns * plan.WindowLength;
                }
                v += plan.InputPlace;
                m += plan.ProductPlace;
            }
        }

        // Has the lines of the output on their way while products are made: writing them would wait for memory.
        private readonly void Prefetch(int* pixels, int tiles, float* origin)
        {
            if (!Sse.IsSupported)
                return;
            for (int tile = 0; tile < tiles; tile++)
                for (nint c = 0; c < Plan.Outputs; c += CacheLine)
                    Sse.Prefetch0(origin + pixels[tile] + c);
        }

        private readonly void TransformBack(WinogradPlan.Block block, float* m, int first, int count, float* origin)
        {
            WinogradPlan plan = Plan;
            int* pixels = Address(plan.Pixels), columns = Address(plan.PixelColumns);
            for (int tile = first; tile < first + count; tile++, m += plan.Outputs)
            {
                int right = plan.OutputWidth - Winograd.TilePixels * block.Column - columns[tile];
                if (right > 0 && block.Row + tile / plan.Columns % plan.Rows < plan.OutputHeight)
                    Winograd.TransformOutput(
                        origin + pixels[tile], right, m, plan.ProductPlace, plan.Outputs, Bias, Add);
            }
        }
    }

    /// <summary>One group of blocks into a share of the places of its partial sum of transformed weight gradients.</summary>
    private struct WinogradWeightGradientJob : IChunkJob, ITileWork
    {
        internal WinogradPlan Plan;
        internal WorkerMemory Memory;
        internal float* X, Dy, Partials;

        public readonly void Run(int chunk, int worker) => PanelWidth.Run(this, Plan.PanelColumns, chunk, Memory[worker]);

        public readonly void Run<TSimd, TVector>(int chunk, float* zeros)
            where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            WinogradPlan plan = Plan;
            int group = chunk / plan.Shares, share = chunk % plan.Shares;
            int firstPlace = Winograd.Places * share / plan.Shares, endPlace = Winograd.Places * (share + 1) / plan.Shares;
            float* v = zeros + plan.ZeroLength, d = v + (nint)Winograd.Places * plan.InputPlace;
            nint placeLength = (nint)plan.WindowLength * plan.PartialRowLength;
            float* partial = Partials + (nint)group * plan.PartialLength;
            new Span<float>(partial + firstPlace * placeLength, (int)((endPlace - firstPlace) * placeLength)).Clear();
            int firstBlock = (int)((long)plan.Blocks * group / plan.Groups);
            int endBlock = (int)((long)plan.Blocks * (group + 1) / plan.Groups);
            for (int number = firstBlock; number < endBlock; number++)
            {
                WinogradPlan.Block block = plan.At(number);
                TransformInputs(plan, block, X, zeros, v);
                TransformGradients(plan, block, Dy, zeros, d);
                int tiles = block.Images * plan.Rows * plan.Columns;
                for (int place = firstPlace; place < endPlace; place++)
                    Multiply<TSimd, TVector>(
                        plan, v + (nint)place * plan.InputPlace, d + (nint)place * plan.GradientPlace, partial + place * placeLength, tiles);
            }
        }

        private static void Multiply<TSimd, TVector>(WinogradPlan plan, float* v, float* d, float* partial, int tiles)
            where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            int* windows = Address(plan.Windows);
            for (int column = 0; column < plan.Outputs; column += plan.PanelColumns)
                for (int value = 0; value < plan.WindowLength; value += RegisterTile.Rows)
                    RegisterTile.Outer<TSimd, TVector>(
                        windows, tiles, v + value, null, d + column, plan.Outputs,
                        partial + (nint)value * plan.PartialRowLength + column, plan.PartialRowLength);
        }
    }

    /// <summary>dw of some input channels from the groups' partial sums, in the order of the groups.</summary>
    private struct WinogradSumJob : IChunkJob
    {
        internal WinogradPlan Plan;
        internal float* Dw, Partials;
        internal bool Add;

        public readonly void Run(int chunk, int worker)
        {
            Conv2dGeometry g = Plan.Geometry;
            int end = Math.Min(g.C, PackedInputs * (chunk + 1));
            for (int line = 0; line < Plan.WindowLength; line += g.C)
                for (int c = PackedInputs * chunk; c < end; c++)
                    for (int k = 0; k < g.K; k += Vector<float>.Count)
                        Sum(
                            Partials + (nint)(line + c) * Plan.PartialRowLength + k,
                            Dw + ((nint)Winograd.Taps * line + c) * g.K + k, (nint)g.C * g.K);
        }

        private readonly void Sum(float* from, float* to, nint tapLength)
        {
            Span<Vector<float>> places = stackalloc Vector<float>[Winograd.Places], taps = stackalloc Vector<float>[Winograd.Taps];
            nint placeLength = (nint)Plan.WindowLength * Plan.PartialRowLength;
            places.Clear();
            for (int group = 0; group < Plan.Groups; group++, from += Plan.PartialLength)
                for (int place = 0; place < Winograd.Places; place++)
                    places[place] += Vector.Load(from + place * placeLength);
            Winograd.TransformWeightGradient(places, taps);
            for (int s = 0; s < Winograd.Taps; s++, to += tapLength)
                (Add ? Vector.Load(to) + taps[s] : taps[s]).Store(to);
        }
    }

    // Transforms the rows that a block's tiles read; pixels outside the image are zero.
    private static void TransformInputs(WinogradPlan plan, WinogradPlan.Block block, float* x, float* zeros, float* v)
    {
        new Span<float>(zeros, plan.ZeroLength).Clear();
        float** pixels = stackalloc float*[Winograd.Places];
        int top = block.Row - plan.Padding, left = Winograd.TilePixels * block.Column - plan.Padding;
        nint columnLength = (nint)plan.InputRows * plan.Inputs;
        for (int image = 0; image < block.Images; image++, v += plan.Columns * columnLength)
            for (int i = 0; i < plan.InputRows; i++)
            {
                bool inside = (uint)(top + i) < (uint)plan.Height;
                float* row = x + (((nint)block.Image + image) * plan.Height + top + i) * plan.Width * plan.Inputs;
                float* to = v + (nint)i * plan.Inputs;
                for (int column = 0; column < plan.Columns; column++, to += columnLength)
                {
                    int first = left + Winograd.TilePixels * column;
                    for (int j = 0; j < Winograd.Places; j++)
                        pixels[j] = inside && (uint)(first + j) < (uint)plan.Width ? row + (nint)(first + j) * plan.Inputs : zeros;
                    Winograd.TransformInput(pixels, to, plan.InputPlace, plan.Inputs);
                }
            }
    }

    // Transforms the output gradients of a block's tiles; pixels outside the image are zero.
    private static void TransformGradients(WinogradPlan plan, WinogradPlan.Block block, float* dy, float* zeros, float* d)
    {
        float** pixels = stackalloc float*[Winograd.TilePixels];
        int left = Winograd.TilePixels * block.Column;
        for (int line = 0; line < block.Images * plan.Rows; line++)
        {
            int image = block.Image + line / plan.Rows, y = block.Row + line % plan.Rows;
            float* row = dy + ((nint)image * plan.OutputHeight + y) * plan.OutputWidth * plan.Outputs;
            for (int column = 0; column < plan.Columns; column++, d += plan.Outputs)
            {
                int first = left + Winograd.TilePixels * column;
                for (int j = 0; j < Winograd.TilePixels; j++)
                    pixels[j] = y < plan.OutputHeight && first + j < plan.OutputWidth
                        ? row + (nint)(first + j) * plan.Outputs
                        : zeros;
                Winograd.TransformOutputGradient(pixels, d, plan.GradientPlace, plan.Outputs);
            }
        }
    }
}
