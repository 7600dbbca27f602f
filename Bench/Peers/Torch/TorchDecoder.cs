using ManSharp.LocalLearning.Methods;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace ManSharp.Peers.Torch;

/// <summary>Pixels from features: bilinear resize with aligned corners, conv, norm, ReLU, conv, sigmoid.</summary>
internal sealed class TorchDecoder : Module<torch.Tensor, torch.Tensor>
{
    private readonly long[] size;
    private readonly Sequential decoder;

    internal TorchDecoder(int inputs, int imageSize) : base("decoder")
    {
        size = [imageSize, imageSize];
        decoder = Sequential(
            ("0", Conv2d(inputs, Decoder.PublishedHidden, 3, padding: 1)),
            ("1", BatchNorm2d(Decoder.PublishedHidden)),
            ("2", ReLU(inplace: true)),
            ("3", Conv2d(Decoder.PublishedHidden, 3, 3, padding: 1)),
            ("4", Sigmoid()));
        register_module("decoder", decoder);
    }

    public override torch.Tensor forward(torch.Tensor x)
    {
        using torch.Tensor resized = functional.interpolate(x, size, mode: torch.InterpolationMode.Bilinear, align_corners: true);
        return decoder.call(resized);
    }
}
