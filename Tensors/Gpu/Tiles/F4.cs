namespace ManSharp.Tensors.Gpu.Tiles;

/// <summary>Four neighbouring values: one 16-byte load or store.</summary>
internal struct F4(float x, float y, float z, float w)
{
    internal float X = x, Y = y, Z = z, W = w;
}

/// <summary>Eight neighbouring values: what a processor behind OpenCL loads as one vector.</summary>
internal struct F8
{
    internal float V0, V1, V2, V3, V4, V5, V6, V7;
}
