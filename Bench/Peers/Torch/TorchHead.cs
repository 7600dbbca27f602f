using System.Globalization;
using ManSharp.LocalLearning.Methods;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace ManSharp.Peers.Torch;

/// <summary>The auxiliary classifier NcMf as a PyTorch sequence: conv, norm, ReLU, ..., pool, flatten, linear, ReLU, linear.</summary>
internal static class TorchHead
{
    internal static Sequential Create(HeadSpec spec, int inputs)
    {
        var modules = new List<(string, Module<torch.Tensor, torch.Tensor>)>();
        int channels = inputs;
        foreach (int width in spec.Convolutions)
        {
            Add(Conv2d(channels, width, 3, stride: modules.Count == 0 ? spec.FirstStride : 1, padding: 1, bias: false));
            Add(BatchNorm2d(width));
            Add(ReLU(inplace: true));
            channels = width;
        }
        Add(AdaptiveAvgPool2d(1));
        Add(Flatten());
        foreach (int width in spec.Hidden)
        {
            Add(Linear(channels, width));
            Add(ReLU(inplace: true));
            channels = width;
        }
        Add(Linear(channels, spec.Outputs));
        return Sequential(modules);

        void Add(Module<torch.Tensor, torch.Tensor> module) =>
            modules.Add((modules.Count.ToString(CultureInfo.InvariantCulture), module));
    }
}
