using ManSharp.Layers.Networks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace ManSharp.Peers.Torch;

/// <summary>
/// A residual unit as PyTorch users write it (torchvision's BasicBlock, or Bottleneck, whose third convolution is null in
/// the former): ReLU and addition in place. Handles are disposed of where Python would have forgotten them.
/// </summary>
internal sealed class TorchUnit : Module<torch.Tensor, torch.Tensor>
{
    private readonly Conv2d conv1, conv2;
    private readonly BatchNorm2d bn1, bn2;
    private readonly Conv2d? conv3;
    private readonly BatchNorm2d? bn3;
    private readonly Sequential? downsample;

    internal TorchUnit(UnitSpec unit) : base("unit")
    {
        (int inputs, int outputs, int stride) = (unit.Inputs, unit.Outputs, unit.Stride);
        if (unit is BottleneckUnitSpec { Width: var width, Groups: var groups })
        {
            register_module("conv1", conv1 = Conv2d(inputs, width, 1, bias: false));
            register_module("bn1", bn1 = BatchNorm2d(width));
            register_module("conv2", conv2 = Conv2d(width, width, 3, stride: stride, padding: 1, groups: groups, bias: false));
            register_module("bn2", bn2 = BatchNorm2d(width));
            register_module("conv3", conv3 = Conv2d(width, outputs, 1, bias: false));
            register_module("bn3", bn3 = BatchNorm2d(outputs));
        }
        else
        {
            register_module("conv1", conv1 = Conv2d(inputs, outputs, 3, stride: stride, padding: 1, bias: false));
            register_module("bn1", bn1 = BatchNorm2d(outputs));
            register_module("conv2", conv2 = Conv2d(outputs, outputs, 3, stride: 1, padding: 1, bias: false));
            register_module("bn2", bn2 = BatchNorm2d(outputs));
        }
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
        if (conv3 is not null && bn3 is not null)
            y = bn3.call(conv3.call(y.relu_()));
        y.add_(downsample is null ? x : downsample.call(x));
        return y.relu_().MoveToOuterDisposeScope();
    }
}
