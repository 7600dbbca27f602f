namespace ManSharp.Tensors.Cpu.Simd;

/// <summary>One lane: the machine without vector instructions.</summary>
internal readonly unsafe struct SimdScalar : ISimd<float>
{
    public static int Lanes => 1;

    public static int Vectors => 2;

    public static float Zero => 0f;

    public static float Load(float* source) => *source;

    public static void Store(float value, float* destination) => *destination = value;

    public static float Broadcast(float value) => value;

    public static float Add(float a, float b) => a + b;

    public static float MultiplyAdd(float a, float b, float c) => a * b + c;
}
