using System.Numerics;
using ManSharp.Tensors.Cpu.Convolution;
using ManSharp.Tensors.Cpu.Simd;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

/// <summary>3x3 convolutions with stride 1 in 16 products instead of 36: transform, 16 matrix products, transform back.</summary>
internal sealed unsafe partial class CpuKernels
{
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
        team.Run(new WinogradPackJob { Plan = plan, Packed = packed, Weights = w.Pointer() }, (plan.Inputs + 7) / 8);
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
            plan.Groups);
        team.Run(
            new WinogradSumJob { Plan = plan, Dw = dw.Pointer(), Partials = scratch.Pointer(), Add = write == Write.Add },
            (plan.Inputs + 7) / 8);
    }

    /// <summary>Transforms the weights of eight input channels into [place, panel, input, column].</summary>
    private struct WinogradPackJob : IChunkJob
    {
        internal WinogradPlan Plan;
        internal float* Packed, Weights;

        public readonly void Run(int chunk, int worker)
        {
            Conv2dGeometry g = Plan.Geometry;
            bool adjoint = Plan.Pass == Conv2dPass.InputGradient;
            Span<float> taps = stackalloc float[9], places = stackalloc float[Winograd.Places];
            int width = Plan.PanelColumns;
            for (int input = 8 * chunk; input < Math.Min(Plan.Inputs, 8 * chunk + 8); input++)
                for (int column = 0; column < Plan.Panels * width; column++)
                {
                    bool inside = column < Plan.Outputs;
                    // The input gradient convolves with the kernel turned around and its channels exchanged.
                    for (int tap = 0; tap < 9; tap++)
                        taps[tap] = !inside ? 0
                            : adjoint ? Weights[((nint)(8 - tap) * g.C + column) * g.K + input]
                            : Weights[((nint)tap * g.C + input) * g.K + column];
                    Winograd.TransformWeight(taps, places);
                    float* to = Packed + ((nint)(column / width) * Plan.Inputs + input) * width + column % width;
                    for (int place = 0; place < Winograd.Places; place++)
                        to[(nint)place * Plan.PlaceLength] = places[place];
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
            int first = chunk * plan.BlockTiles, tiles = Math.Min(plan.BlockTiles, plan.Tiles - first);
            TransformInputs(plan, X, zeros, v, first, tiles);
            Multiply<TSimd, TVector>(v, m, tiles);
            float** pixels = stackalloc float*[4];
            for (int tile = 0; tile < tiles; tile++)
            {
                OutputPixels(plan, Y, first + tile, pixels);
                Winograd.TransformOutput(
                    pixels, m + (nint)tile * plan.Outputs, plan.OutputPlace, plan.Outputs, Bias, Add);
            }
        }

        private readonly void Multiply<TSimd, TVector>(float* v, float* m, int tiles)
            where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            WinogradPlan plan = Plan;
            int* lines = Address(plan.Lines), outputs = Address(plan.OutputOffsets);
            float* rows = stackalloc float[RegisterTile.Rows * plan.PanelColumns];
            for (int place = 0; place < Winograd.Places; place++)
            {
                float* packed = Packed + (nint)place * plan.PlaceLength;
                for (int column = 0; column < plan.Outputs; column += plan.PanelColumns, packed += (nint)plan.PanelColumns * plan.Inputs)
                    for (int tile = 0; tile < tiles; tile += RegisterTile.Rows)
                        RegisterTile.Windows<TSimd, TVector>(
                            lines + tile / RegisterTile.Rows * RegisterTile.LineInts, 1, v, null, packed, plan.Inputs,
                            m + column, outputs + tile, Math.Min(plan.PanelColumns, plan.Outputs - column), rows, null, false);
                v += plan.InputPlace;
                m += plan.OutputPlace;
            }
        }
    }

    /// <summary>One group of blocks into its partial sum of transformed weight gradients.</summary>
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
            float* v = zeros + plan.ZeroLength, d = v + (nint)Winograd.Places * plan.InputPlace;
            float* partial = Partials + (nint)chunk * plan.PartialLength;
            new Span<float>(partial, plan.PartialLength).Clear();
            int firstBlock = (int)((long)plan.Blocks * chunk / plan.Groups);
            int endBlock = (int)((long)plan.Blocks * (chunk + 1) / plan.Groups);
            float** pixels = stackalloc float*[4];
            for (int block = firstBlock; block < endBlock; block++)
            {
                int first = block * plan.BlockTiles, tiles = Math.Min(plan.BlockTiles, plan.Tiles - first);
                TransformInputs(plan, X, zeros, v, first, tiles);
                for (int tile = 0; tile < tiles; tile++)
                {
                    OutputPixels(plan, Dy, first + tile, pixels);
                    ZeroOutside(plan, pixels, d, tile, zeros);
                }
                Multiply<TSimd, TVector>(v, d, partial, tiles);
            }
        }

        private static void ZeroOutside(WinogradPlan plan, float** pixels, float* d, int tile, float* zeros)
        {
            for (int i = 0; i < 4; i++)
                if (pixels[i] is null)
                    pixels[i] = zeros;
            Winograd.TransformOutputGradient(
                pixels, d + (nint)tile * plan.Outputs, plan.OutputPlace, plan.Outputs);
        }

        private static void MultiplyPlace<TSimd, TVector>(WinogradPlan plan, float* v, float* d, float* partial, int tiles)
            where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            int* offsets = Address(plan.InputOffsets);
            for (int column = 0; column < plan.Outputs; column += plan.PanelColumns)
                for (int input = 0; input < plan.Inputs; input += RegisterTile.Rows)
                    RegisterTile.Outer<TSimd, TVector>(
                        offsets, tiles, v + input, null, d + column, plan.Outputs,
                        partial + (nint)input * plan.PartialRowLength + column, plan.PartialRowLength);
        }

        private readonly void Multiply<TSimd, TVector>(float* v, float* d, float* partial, int tiles)
            where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            WinogradPlan plan = Plan;
            for (int place = 0; place < Winograd.Places; place++)
            {
                MultiplyPlace<TSimd, TVector>(plan, v, d, partial, tiles);
                v += plan.InputPlace;
                d += plan.OutputPlace;
                partial += (nint)plan.PartialRows * plan.PartialRowLength;
            }
        }
    }

    /// <summary>dw of eight input channels from the groups' partial sums, in the order of the groups.</summary>
    private struct WinogradSumJob : IChunkJob
    {
        internal WinogradPlan Plan;
        internal float* Dw, Partials;
        internal bool Add;

        public readonly void Run(int chunk, int worker)
        {
            WinogradPlan plan = Plan;
            Conv2dGeometry g = plan.Geometry;
            Span<Vector<float>> places = stackalloc Vector<float>[Winograd.Places], taps = stackalloc Vector<float>[9];
            nint placeLength = (nint)plan.PartialRows * plan.PartialRowLength;
            for (int c = 8 * chunk; c < Math.Min(g.C, 8 * chunk + 8); c++)
                for (int k = 0; k < g.K; k += Vector<float>.Count)
                {
                    float* from = Partials + (nint)c * plan.PartialRowLength + k;
                    places.Clear();
                    for (int group = 0; group < plan.Groups; group++, from += plan.PartialLength)
                        for (int place = 0; place < Winograd.Places; place++)
                            places[place] += Vector.Load(from + place * placeLength);
                    Winograd.TransformWeightGradient(places, taps);
                    for (int tap = 0; tap < 9; tap++)
                    {
                        float* to = Dw + ((nint)tap * g.C + c) * g.K + k;
                        (Add ? Vector.Load(to) + taps[tap] : taps[tap]).Store(to);
                    }
                }
        }
    }

    // Transforms a block's 4x4 windows; pixels outside the image are a row of zeros.
    private static void TransformInputs(WinogradPlan plan, float* x, float* zeros, float* v, int first, int tiles)
    {
        new Span<float>(zeros, plan.ZeroLength).Clear();
        float** pixels = stackalloc float*[Winograd.Places];
        int imageTiles = plan.TileRows * plan.TileColumns;
        for (int tile = 0; tile < tiles; tile++)
        {
            int image = (first + tile) / imageTiles, place = (first + tile) % imageTiles;
            int top = 2 * (place / plan.TileColumns) - plan.Padding, left = 2 * (place % plan.TileColumns) - plan.Padding;
            float* corner = x + ((nint)image * plan.Height + top) * plan.Width * plan.Inputs + (nint)left * plan.Inputs;
            bool inside = top >= 0 && left >= 0 && top + 4 <= plan.Height && left + 4 <= plan.Width;
            for (int i = 0; i < 4; i++, corner += (nint)plan.Width * plan.Inputs)
                for (int j = 0; j < 4; j++)
                    pixels[4 * i + j] = inside || ((uint)(top + i) < (uint)plan.Height && (uint)(left + j) < (uint)plan.Width)
                        ? corner + (nint)j * plan.Inputs
                        : zeros;
            Winograd.TransformInput(pixels, v + (nint)tile * plan.Inputs, plan.InputPlace, plan.Inputs);
        }
    }

    // The addresses of a tile's 2x2 output pixels; null outside the image.
    private static void OutputPixels(WinogradPlan plan, float* y, int tile, float** pixels)
    {
        int imageTiles = plan.TileRows * plan.TileColumns, image = tile / imageTiles, place = tile % imageTiles;
        int top = 2 * (place / plan.TileColumns), left = 2 * (place % plan.TileColumns);
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < 2; j++)
                pixels[2 * i + j] = top + i < plan.OutputHeight && left + j < plan.OutputWidth
                    ? y + (((nint)image * plan.OutputHeight + top + i) * plan.OutputWidth + left + j) * plan.Outputs
                    : null;
    }
}
