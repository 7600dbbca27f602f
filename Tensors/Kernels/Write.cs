namespace ManSharp.Tensors.Kernels;

/// <summary>What a gradient kernel does with its destination: the first writer sets, later ones add.</summary>
public enum Write
{
    /// <summary>y = value; what stood there before does not matter.</summary>
    Set,

    /// <summary>y = y + value.</summary>
    Add,
}
