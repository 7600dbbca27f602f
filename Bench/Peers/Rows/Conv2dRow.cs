using ManSharp.Layers.Files;
using ManSharp.Peers.Torch;
using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace ManSharp.Peers.Rows;

/// <summary>
/// One pass of a 3x3 convolution with padding 1, as many channels in as out. libtorch's forward runs without gradients;
/// its gradients are those of a recorded convolution of which one operand alone wants one.
/// </summary>
internal sealed class Conv2dRow(Pace pace, Conv2dPass pass, int channels, int size, int batch)
    : Row(NameOf(pass, channels, size), goal: 1, pace)
{
    private Conv2dGeometry Geometry { get; } = Conv2dGeometry.Create(
        new Shape(batch, size, size, channels), new Shape(3, 3, channels, channels), stride: 1, padding: 1);

    internal override double Flops => Geometry.Flops;

    internal override IReadOnlyList<double> Tolerances => [1e-4, 1e-4];

    internal override IContender BuildOurs(Device device) => new Ours(device, Geometry, pass);

    internal override IContender BuildTorch(IContender? ours) => new Theirs(Geometry, pass);

    private static string NameOf(Conv2dPass pass, int channels, int size) => pass switch
    {
        Conv2dPass.Forward => $"conv-{channels}-{size}-forward",
        Conv2dPass.InputGradient => $"conv-{channels}-{size}-input-gradient",
        _ => $"conv-{channels}-{size}-weight-gradient",
    };

    private static float[] Values(Shape shape, ulong stream)
    {
        var random = new CounterRandom(2, stream, 0);
        float[] values = new float[shape.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = random.NextSingle(-1, 1);
        return values;
    }

    private sealed class Ours : IContender
    {
        private readonly Device device;
        private readonly Conv2dGeometry geometry;
        private readonly Conv2dPass pass;
        private readonly Tensor x, w, y, scratch;

        internal Ours(Device device, Conv2dGeometry geometry, Conv2dPass pass)
        {
            (this.device, this.geometry, this.pass) = (device, geometry, pass);
            (x, w, y) = (device.Rent(geometry.Input), device.Rent(geometry.Weight), device.Rent(geometry.Output));
            device.Kernels.Upload(x, Values(geometry.Input, 0));
            device.Kernels.Upload(w, Values(geometry.Weight, 1));
            device.Kernels.Upload(y, Values(geometry.Output, 2));
            int length = device.Kernels.Conv2dScratch(geometry, pass);
            scratch = length > 0 ? device.Rent(new Shape(length)) : Tensor.None;
        }

        private Tensor Result => pass switch { Conv2dPass.Forward => y, Conv2dPass.InputGradient => x, _ => w };

        public void Run()
        {
            if (pass == Conv2dPass.Forward)
                device.Kernels.Conv2dForward(y, scratch, x, w, Tensor.None, geometry);
            else if (pass == Conv2dPass.InputGradient)
                device.Kernels.Conv2dInputGradient(x, scratch, y, w, geometry, Write.Set);
            else
                device.Kernels.Conv2dWeightGradient(w, scratch, x, y, geometry, Write.Set);
        }

        public float[] Observe()
        {
            float[] values = new float[Result.Length];
            device.Kernels.Download(values, Result);
            return values;
        }

        public void Dispose()
        {
        }
    }

    private sealed class Theirs : IContender
    {
        private readonly Conv2dGeometry geometry;
        private readonly Conv2dPass pass;
        private readonly torch.Tensor x, w, dy;
        private readonly torch.Tensor? recorded;
        private torch.Tensor? result;

        internal Theirs(Conv2dGeometry geometry, Conv2dPass pass)
        {
            (this.geometry, this.pass) = (geometry, pass);
            x = TorchBatch.FromNhwc(Values(geometry.Input, 0), geometry.N, geometry.H, geometry.W, geometry.C);
            dy = TorchBatch.FromNhwc(Values(geometry.Output, 2), geometry.N, geometry.P, geometry.Q, geometry.K);
            w = TorchWeights.Weight(Values(geometry.Weight, 1), geometry.Weight);
            if (pass == Conv2dPass.Forward)
                return;
            (pass == Conv2dPass.InputGradient ? x : w).requires_grad_(true);
            recorded = Convolve();
        }

        public void Run()
        {
            result?.Dispose();
            if (recorded is null)
                using (torch.no_grad())
                    result = Convolve();
            else
                result = torch.autograd.grad(
                    [recorded], [pass == Conv2dPass.InputGradient ? x : w], [dy], retain_graph: true)[0];
        }

        public float[] Observe()
        {
            using torch.Tensor contiguous = result!.contiguous();
            float[] theirs = contiguous.data<float>().ToArray(), ours = new float[theirs.Length];
            Conv2dGeometry g = geometry;
            if (pass == Conv2dPass.Forward)
                TensorLayout.NchwToNhwc(theirs, ours, g.N, g.K, g.P, g.Q);
            else if (pass == Conv2dPass.InputGradient)
                TensorLayout.NchwToNhwc(theirs, ours, g.N, g.C, g.H, g.W);
            else
                TensorLayout.OihwToHwio(theirs, ours, g.K, g.C, g.R, g.S);
            return ours;
        }

        public void Dispose()
        {
            foreach (torch.Tensor? tensor in (torch.Tensor?[])[x, w, dy, recorded, result])
                tensor?.Dispose();
        }

        private torch.Tensor Convolve() =>
            functional.conv2d(x, w, strides: [geometry.Stride, geometry.Stride], padding: [geometry.Padding, geometry.Padding]);
    }
}
