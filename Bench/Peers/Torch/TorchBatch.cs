using ManSharp.Layers.Files;
using TorchSharp;

namespace ManSharp.Peers.Torch;

/// <summary>A batch in libtorch's layout, NCHW, and its labels as int64.</summary>
internal sealed class TorchBatch(HostBatch batch) : IDisposable
{
    /// <summary>
    /// Images keep the logical order NCHW but lie in memory as NHWC (torch.channels_last), which convolutions then keep.
    /// </summary>
    internal static bool ChannelsLast { get; set; }

    internal torch.Tensor Pixels { get; } = FromNhwc(batch.Pixels, batch.Count, batch.Size, batch.Size, 3);

    internal torch.Tensor Images { get; } = FromNhwc(batch.Images, batch.Count, batch.Size, batch.Size, 3);

    internal torch.Tensor Labels { get; } = torch.tensor(batch.Labels.Select(label => (long)label).ToArray());

    /// <summary>[N, C, H, W] from values in NHWC.</summary>
    internal static torch.Tensor FromNhwc(float[] values, int count, int height, int width, int channels)
    {
        if (ChannelsLast)
        {
            using torch.Tensor rows = torch.tensor(values, [count, height, width, channels]);
            return rows.permute(0, 3, 1, 2);
        }
        float[] planes = new float[values.Length];
        TensorLayout.NhwcToNchw(values, planes, count, channels, height, width);
        return torch.tensor(planes, [count, channels, height, width]);
    }

    public void Dispose()
    {
        Pixels.Dispose();
        Images.Dispose();
        Labels.Dispose();
    }
}
