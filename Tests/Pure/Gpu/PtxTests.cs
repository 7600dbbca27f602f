using System.Reflection;
using System.Text.RegularExpressions;
using ManSharp.Tensors;
using ManSharp.Tensors.Gpu;
using ManSharp.Tensors.Gpu.Tiles;
using ManSharp.Tensors.Kernels;
using ManSharp.Tensors.Kernels.Operations;
using Xunit;

namespace ManSharp.Tests.Pure.Gpu;

/// <summary>What kernels become for NVIDIA GPUs, seen without one.</summary>
public sealed class PtxTests : IDisposable
{
    private readonly PtxCompiler compiler = new();

    public void Dispose() => compiler.Dispose();

    /// <summary>
    /// Every tile that CUDA uses, with a thread's multiplications in one step of the sums and its 16-byte loads from shared
    /// memory: of a register tile of H x W values, depth H W and depth (H + W) / 4.
    /// </summary>
    public static TheoryData<string, int, int> CudaTiles => new()
    {
        { nameof(Tile.Large128x128), 8 * 8 * 8, 8 * (8 + 8) / 4 },
        { nameof(Tile.Large128x64), 16 * 8 * 4, 16 * (8 + 4) / 4 },
        { nameof(Tile.Large128x32), 16 * 4 * 4, 16 * (4 + 4) / 4 },
        { nameof(Tile.Large256x16), 16 * 4 * 4, 16 * (4 + 4) / 4 },
    };

    [Fact]
    public void Every_kernel_keeps_to_registers_known_address_spaces_and_defined_functions()
    {
        int kernels = 0;
        foreach (MethodInfo kernel in AllKernels())
        {
            string text = compiler.Compile(kernel);
            CheckText(kernel.Name, text);
            kernels++;
        }
        Assert.True(kernels >= 40, $"at least 40 kernels were expected. Got {kernels}.");
    }

    [Theory]
    [MemberData(nameof(CudaTiles))]
    public void Tiles_are_unrolled_and_load_sixteen_bytes_at_a_time(string name, int products, int sharedLoads)
    {
        Tile tile = Enum.Parse<Tile>(name);
        Delegate[] kernels =
        [
            TileKernels.Of<Rows, Columns>(tile, true, true, true),
            TileKernels.Of<Rows, ColumnsTransposed>(tile, true, true, true),
            TileKernels.Of<RowsTransposed, Columns>(tile, true, true, true),
            TileKernels.Of<RowsTransposed, ColumnsTransposed>(tile, true, true, true),
            TileKernels.Of<Patches, Columns>(tile, true, true, true),
            TileKernels.Of<ReaderGradients, WeightsTransposed>(tile, true, true, true),
            TileKernels.Of<PatchesTransposed, Columns>(tile, true, true, true),
        ];
        foreach (Delegate kernel in kernels)
        {
            string text = compiler.Compile(kernel.Method);
            CheckText(name, text);
            Assert.Equal(products, Count(text, @"\bmul\.f32"));
            Assert.True(Count(text, @"\badd\.f32") >= products, $"{name}: fewer additions than products.");
            Assert.True(Count(text, @"ld\.global\.v4\.f32") >= 4, $"{name}: 16-byte loads of both operands were expected.");
            Assert.True(Count(text, @"st\.global\.v4\.f32") >= 4, $"{name}: 16-byte stores were expected.");
            Assert.Equal(sharedLoads, Count(text, @"ld\.shared\.v4\.f32"));
            Assert.Equal(0, Count(text, @"ld\.shared\.f32"));
            Assert.Equal(0, Count(text, @"st\.global\.f32"));
        }
    }

    [Fact]
    public void Operands_of_odd_lengths_are_loaded_one_value_at_a_time()
    {
        string text = compiler.Compile(TileKernels.Of<Patches, Columns>(Tile.Large256x16, false, false, false).Method);
        CheckText("odd lengths", text);
        Assert.Equal(0, Count(text, @"ld\.global\.v4"));
        Assert.Equal(0, Count(text, @"st\.global\.v4"));
    }

    /// <remarks>
    /// ILGPU passes the operands of inline assembly through local memory at constant addresses, which NVIDIA's assembler turns
    /// into registers: these kernels alone are not checked for local memory.
    /// </remarks>
    [Fact]
    public void Tensor_cores_take_the_products_of_tf32()
    {
        (Delegate Kernel, bool Four)[] kernels =
        [
            (TileKernels.Of<Rows, Columns>(Tile.Tensor128x64, true, true, true), true),
            (TileKernels.Of<RowsTransposed, ColumnsTransposed>(Tile.Tensor128x64, false, false, false), false),
            (TileKernels.Of<Patches, Columns>(Tile.Tensor128x64, true, true, true), true),
            (TileKernels.Of<ReaderGradients, WeightsTransposed>(Tile.Tensor128x64, true, true, true), true),
            (TileKernels.Of<PatchesTransposed, Columns>(Tile.Tensor128x64, true, true, true), true),
        ];
        foreach ((Delegate kernel, bool four) in kernels)
        {
            string text = compiler.Compile(kernel.Method);
            Assert.Equal(16, Count(text, @"mma\.sync\.aligned\.m16n8k8\.row\.col\.f32\.tf32\.tf32\.f32"));
            Assert.True(Count(text, @"cvt\.rna\.tf32\.f32") >= 12, "every operand must be rounded.");
            Assert.Equal(0, Count(text, @"\bcall\b"));
            // A step of 128 x 16 and 16 x 64 values by 256 threads: 3 loads of 16 bytes a thread, before the loop and in it.
            Assert.InRange(Count(text, @"ld\.global\.v4\.f32"), four ? 3 : 0, four ? 6 : 0);
        }
    }

    [Fact]
    public void Only_the_tensor_style_chooses_tensor_cores()
    {
        foreach (GpuStyle style in Enum.GetValues<GpuStyle>())
            foreach (int n in (int[])[3, 16, 32, 33, 64, 512])
            {
                var shape = GemmGeometry.Create(new Shape(1000, 100), new Shape(100, n));
                Assert.Equal(style == GpuStyle.CudaTensor && n > 32, ProductPlan.For(style, ProductSizes.Of(shape)).Tile == Tile.Tensor128x64);
            }
    }

    private static void CheckText(string name, string text)
    {
        Assert.True(Count(text, @"\.local\b") == 0, $"{name}: values in local memory.");
        Assert.True(Count(text, @"\bcall\b") == 0, $"{name}: a call.");
        Assert.True(Count(text, @"\.f64\b") == 0, $"{name}: double precision.");
        Assert.True(Count(text, @"@!?%\w+\s+bra\.uni") == 0, $"{name}: a conditional branch that claims to be uniform.");
        Assert.True(Count(text, @"\b(ld|st)\.(v4\.)?(f32|b32|u32)") == 0, $"{name}: a load or store of no address space.");
        Assert.True(Count(text, @"\b(atom|red|shfl|vote)\.") == 0, $"{name}: an atomic or warp operation.");
    }

    private static int Count(string text, string pattern) => Regex.Count(text, pattern);

    private static IEnumerable<MethodInfo> AllKernels()
    {
        foreach (MethodInfo method in typeof(GpuKernels).GetMethods(
            BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        {
            if (!method.Name.EndsWith("Kernel", StringComparison.Ordinal))
                continue;
            Type[] operations =
                method.Name.StartsWith("AddSplits", StringComparison.Ordinal)
                    ? [typeof(Rows), typeof(Patches), typeof(ReaderGradients)]
                : method.Name.StartsWith("Unary", StringComparison.Ordinal) ? [typeof(Relu), typeof(Sigmoid)]
                : [typeof(Add), typeof(Multiply), typeof(Subtract)];
            if (!method.IsGenericMethodDefinition)
                yield return method;
            else
                foreach (Type operation in operations)
                    yield return method.MakeGenericMethod(operation);
        }
    }
}
