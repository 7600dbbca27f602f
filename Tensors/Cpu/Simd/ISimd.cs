namespace ManSharp.Tensors.Cpu.Simd;

/// <summary>
/// The few vector operations that the register tiles are written in, so that one text serves every vector width.
/// <typeparamref name="TVector"/> is a bare hardware vector: the compiler keeps it in a register.
/// </summary>
internal unsafe interface ISimd<TVector> where TVector : struct
{
    static abstract int Lanes { get; }

    /// <summary>Vectors side by side in a register tile: 2, or 1 where one holds all columns.</summary>
    static abstract int Vectors { get; }

    static abstract TVector Zero { get; }

    static abstract TVector Load(float* source);

    static abstract void Store(TVector value, float* destination);

    static abstract TVector Broadcast(float value);

    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a b + c, fused where the hardware fuses.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);
}
