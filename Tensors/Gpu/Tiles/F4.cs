namespace ManSharp.Tensors.Gpu.Tiles;

/// <summary>Four neighbouring values: one 16-byte load or store.</summary>
internal struct F4(float x, float y, float z, float w)
{
    internal float X = x, Y = y, Z = z, W = w;
}
