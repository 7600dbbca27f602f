using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManSharp.Tensors.Gpu.Tiles;

/// <summary>What tensor-core kernels do to values on their way in and out. NVIDIA only, compute capability 8.0 and up.</summary>
internal static class TensorMemory
{
    /// <summary>The nearest value of tf32: 8 bits of exponent, 10 of mantissa; ties away from zero.</summary>
    internal static float Round(float value)
    {
        CudaAsm.Emit("cvt.rna.tf32.f32 %0, %1;", out uint bits, value);
        return Interop.IntAsFloat(bits);
    }

    internal static F4 Round(F4 value) => new(Round(value.X), Round(value.Y), Round(value.Z), Round(value.W));

    internal static uint Bits(float value) => Interop.FloatAsInt(value);

    /// <summary>c[m, n] and c[m, n + 1].</summary>
    internal static void Store<TRow>(
        ArrayView<float> c, ArrayView<float> bias, ProductSizes sizes, int group, int m, int n, float x, float y)
        where TRow : struct, IRowOperand
    {
        if (m >= sizes.M)
            return;
        int at = TileMemory.Place<TRow>(sizes, group, m) + n;
        TileMemory.StoreOne(c, bias, sizes, group, at, n, x);
        TileMemory.StoreOne(c, bias, sizes, group, at + 1, n + 1, y);
    }
}
