using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ManSharp.Tensors.Cpu.Simd;

/// <summary>8 lanes, one vector a tile: for at most 8 columns, such as the three colours that a decoder writes.</summary>
internal readonly unsafe struct Simd256Narrow : ISimd<Vector256<float>>
{
    public static int Lanes => Vector256<float>.Count;

    public static int Vectors => 1;

    public static Vector256<float> Zero => Vector256<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Vector256.MultiplyAddEstimate(a, b, c);
}
