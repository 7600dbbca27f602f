using ManSharp.Layers.Networks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace ManSharp.Peers.Torch;

/// <summary>
/// The residual unit of two 3x3 convolutions as PyTorch users write it (torchvision's BasicBlock): ReLU and addition in
/// place. Names of handles are disposed of where Python would have forgotten them.
/// </summary>
internal sealed class TorchUnit : Module<torch.Tensor, torch.Tensor>
{
    private readonly Conv2d conv1, conv2;
    private readonly BatchNorm2d bn1, bn2;
    private readonly Sequential? downsample;

    internal TorchUnit(UnitSpec unit) : base("unit")
    {
        (int inputs, int outputs, int stride) = (unit.Inputs, unit.Outputs, unit.Stride);
        register_module("conv1", conv1 = Conv2d(inputs, outputs, 3, stride: stride, padding: 1, bias: false));
        register_module("bn1", bn1 = BatchNorm2d(outputs));
        register_module("conv2", conv2 = Conv2d(outputs, outputs, 3, stride: 1, padding: 1, bias: false));
        register_module("bn2", bn2 = BatchNorm2d(outputs));
        if (stride == 1 && inputs == outputs)
            return;
        downsample = Sequential(
            ("0", Conv2d(inputs, outputs, 1, stride: stride, bias: false)),
            ("1", BatchNorm2d(outputs)));
        register_module("downsample", downsample);
    }

    public override torch.Tensor forward(torch.Tensor x)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor y = bn1.call(conv1.call(x)).relu_();
        y = bn2.call(conv2.call(y));
        y.add_(downsample is null ? x : downsample.call(x));
        return y.relu_().MoveToOuterDisposeScope();
    }
}
