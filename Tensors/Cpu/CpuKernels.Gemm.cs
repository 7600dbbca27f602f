using ManSharp.Tensors.Cpu.Simd;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tensors.Cpu;

/// <summary>
/// Matrix products on the register tiles of the convolutions. A row of a that is contiguous along the sum is a window;
/// a transposed a has six neighbouring rows contiguous at each step of the sum, as the weight gradient has.
/// </summary>
internal sealed unsafe partial class CpuKernels
{
    public int GemmScratch(GemmGeometry geometry) => GemmPlan.Scratch(geometry);

    public void Gemm(Tensor c, Tensor scratch, Tensor a, Tensor b, Tensor bias, GemmGeometry geometry, Write write)
    {
        Calls++;
        Flops += geometry.Flops;
        int width = PanelWidth.For(geometry.N), panels = (geometry.N + width - 1) / width;
        team.Run(
            new PackMatrixJob { Geometry = geometry, Width = width, Packed = scratch.Pointer(), B = b.Pointer() },
            (long)geometry.K * geometry.N < ChunkLength ? 1 : panels);
        var job = new GemmJob
        {
            Geometry = geometry, Width = width, A = a.Pointer(), Packed = scratch.Pointer(), C = c.Pointer(),
            Bias = bias.Pointer(), Add = write == Write.Add,
            Tiles = (geometry.M + RegisterTile.Rows - 1) / RegisterTile.Rows,
        };
        job.Units = job.Tiles * panels;
        job.ChunkUnits = (int)Math.Max(1, GemmJob.ChunkProducts / ((long)RegisterTile.Rows * width * geometry.K));
        team.Run(job, (job.Units + job.ChunkUnits - 1) / job.ChunkUnits);
    }

    /// <summary>b's panel: [K, width], zero beyond the last column. Chunk 0 of 1 packs all panels.</summary>
    private struct PackMatrixJob : IChunkJob
    {
        internal GemmGeometry Geometry;
        internal int Width;
        internal float* Packed, B;

        public readonly void Run(int chunk, int worker)
        {
            int panels = (Geometry.N + Width - 1) / Width;
            bool all = (long)Geometry.K * Geometry.N < ChunkLength;
            for (int panel = all ? 0 : chunk; panel < (all ? panels : chunk + 1); panel++)
                Pack(panel);
        }

        private readonly void Pack(int panel)
        {
            GemmGeometry g = Geometry;
            int column = panel * Width, columns = Math.Min(Width, g.N - column);
            float* to = Packed + (nint)column * g.K;
            if (columns < Width)
                new Span<float>(to, g.K * Width).Clear();
            if (!g.TransposeB)
            {
                for (nint k = 0; k < g.K; k++)
                    new ReadOnlySpan<float>(B + k * g.N + column, columns).CopyTo(new Span<float>(to + k * Width, columns));
                return;
            }
            for (int j = 0; j < columns; j++)
            {
                float* from = B + (nint)(column + j) * g.K;
                for (nint k = 0; k < g.K; k++)
                    to[k * Width + j] = from[k];
            }
        }
    }

    /// <summary>Some tiles of c. Units are numbered panel by panel, so that a chunk stays with one panel of b.</summary>
    private struct GemmJob : IChunkJob, ITileWork
    {
        /// <summary>Multiplications in one chunk: some tens of microseconds.</summary>
        internal const long ChunkProducts = 500_000;

        // Steps of the sum whose row offsets stand on the stack at a time.
        private const int Piece = 256;

        internal GemmGeometry Geometry;
        internal int Width, Tiles, Units, ChunkUnits;
        internal float* A, Packed, C, Bias;
        internal bool Add;

        public readonly void Run(int chunk, int worker) => PanelWidth.Run(this, Width, chunk, null);

        public readonly void Run<TSimd, TVector>(int chunk, float* memory)
            where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            int end = Math.Min(Units, (chunk + 1) * ChunkUnits);
            for (int unit = chunk * ChunkUnits; unit < end; unit++)
                Tile<TSimd, TVector>(unit % Tiles * RegisterTile.Rows, unit / Tiles * Width);
        }

        private readonly void Tile<TSimd, TVector>(int row, int column)
            where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            GemmGeometry g = Geometry;
            int columns = Math.Min(Width, g.N - column);
            float* panel = Packed + (nint)column * g.K;
            float* bias = Bias is null ? null : Bias + column;
            float* c = C + (nint)row * g.N + column;
            int* outputs = stackalloc int[RegisterTile.Rows];
            for (int i = 0; i < RegisterTile.Rows; i++)
                outputs[i] = row + i < g.M ? i * g.N : -1;
            int* line = stackalloc int[RegisterTile.LineInts];
            line[0] = 0;
            float* rows = stackalloc float[RegisterTile.Rows * Width];
            if (!g.TransposeA)
            {
                for (int i = 0; i < RegisterTile.Rows; i++)
                    line[1 + i] = Math.Min(i, g.M - 1 - row) * g.K;
                RegisterTile.Windows<TSimd, TVector>(
                    line, 1, A + (nint)row * g.K, null, panel, g.K, c, outputs, columns, rows, bias, Add);
                return;
            }
            new Span<float>(rows, RegisterTile.Rows * Width).Clear();
            int* steps = stackalloc int[Piece];
            for (int k = 0; k < Math.Min(Piece, g.K); k++)
                steps[k] = k * g.M;
            for (int k = 0; k < g.K; k += Piece)
                RegisterTile.Outer<TSimd, TVector>(
                    steps, Math.Min(Piece, g.K - k), A + (nint)k * g.M + row, null, panel + (nint)k * Width, Width, rows, Width);
            RegisterTile.StoreColumns(c, outputs, rows, Width, columns, bias, Add);
        }
    }
}
