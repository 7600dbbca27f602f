using ManSharp.Tests.Generation;
using Xunit;

namespace ManSharp.Tests.Pure.Gpu;

public sealed class TileKernelTextTests
{
    [Fact]
    public void Committed_tile_kernels_are_what_their_writer_writes()
    {
        string folder = Path.Combine(SharedFiles.Repository(), "Tensors", "Gpu", "Tiles");
        bool write = Environment.GetEnvironmentVariable("MANSHARP_WRITE_TILES") == "1";
        foreach (TileKernelWriter writer in TileKernelWriter.All)
        {
            string path = Path.Combine(folder, writer.FileName);
            if (write)
                File.WriteAllText(path, writer.Write());
            Assert.True(
                File.ReadAllText(path).ReplaceLineEndings("\n") == writer.Write(),
                $"{writer.FileName} differs from what its writer writes. Run this test with MANSHARP_WRITE_TILES=1.");
        }
        Assert.Equal(TileKernelWriter.All.Count, Directory.GetFiles(folder, "*.g.cs").Length);
    }
}
