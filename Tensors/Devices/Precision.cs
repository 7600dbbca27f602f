namespace ManSharp.Tensors;

/// <summary>How convolutions and matrix products take their operands; sums and everything else are float32 either way.</summary>
public enum Precision
{
    /// <summary>Float32, as it stands.</summary>
    Fp32,

    /// <summary>
    /// Rounded to tf32 (10 bits of mantissa) for the tensor cores of NVIDIA GPUs from compute capability 8.0; products of at
    /// most 32 columns stay in float32.
    /// </summary>
    Tf32,
}
